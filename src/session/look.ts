import { collectHost } from '../collect/index.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { atMost } from '../ports/at-most.ts';
import type { VantageOptions } from '../ports/vantage.ts';
import type { Surroundings } from './diagnose-session.ts';
import { Gathering } from './gathering.ts';

export interface LookOptions {
  readonly vantage: VantageOptions;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export interface Look {
  /** Facts of every host that could be looked at; nothing was sent between them. */
  readonly snapshot: Snapshot;
  /** URL to host id, for those that could be looked at. */
  readonly ids: ReadonlyMap<string, string>;
}

/**
 * Reads the facts of several hosts side by side. Never throws for what the outside does: a vantage
 * that fails stands in the snapshot.
 */
export async function lookAt(
  urls: readonly string[],
  { openVantage, clock }: Surroundings,
  options: LookOptions,
): Promise<Look> {
  const signal = atMost(options.deadlineMs, options.signal);
  const [from = '', to = from] = urls;
  const none = { serverAddresses: [], ports: [], controls: [], compare: [] };
  const gathering = new Gathering({ from, to, ...none }, clock.now());
  const ids = new Map<string, string>();

  const look = async (url: string) => {
    try {
      const vantage = await openVantage(url, options.vantage, signal);
      try {
        gathering.host(await collectHost(vantage, { clock, signal }), url);
        ids.set(url, vantage.hostId);
      } finally {
        await vantage.close();
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const next = error instanceof OutsideError ? error.next : undefined;
      gathering.fail({ vantage: url, why, ...(next ? { next } : {}) });
    }
  };
  await Promise.all([...new Set(urls)].map(look));
  gathering.ask({ from: ids.get(from) ?? from, to: ids.get(to) ?? to });
  return { snapshot: gathering.snapshot(clock.now()), ids };
}
