import type { Reach } from '../apply/hand.ts';
import type { OpenVantage, Vantage, VantageOptions } from '../ports/vantage.ts';

/** Vantages that are opened when first needed and kept until all is done. */
export interface OpenReach extends Reach {
  close(): Promise<void>;
}

/**
 * @param cluster Where pods may be restarted; absent: nowhere.
 */
export function reachBy(
  openVantage: OpenVantage,
  options: VantageOptions,
  cluster?: Reach['cluster'],
): OpenReach {
  const open = new Map<string, Promise<Vantage>>();

  function vantage(url: string, signal: AbortSignal): Promise<Vantage> {
    const known = open.get(url);
    if (known) return known;
    const fresh = openVantage(url, options, signal);
    open.set(url, fresh);
    // one that could not be opened may be tried again
    fresh.catch(() => open.delete(url));
    return fresh;
  }

  async function leave(url: string): Promise<void> {
    const known = open.get(url);
    open.delete(url);
    const left = await known?.catch(() => undefined);
    await left?.close();
  }

  return {
    vantage,
    ...(cluster ? { cluster } : {}),
    async anew(url, signal) {
      await leave(url);
      const fresh = await vantage(url, signal);
      // logging in may be put off until the first script
      await fresh.sh('exit 0', { signal, limitBytes: 1024 });
      return fresh;
    },
    async close() {
      await Promise.all([...open.keys()].map(leave));
    },
  };
}
