import type { OpenVantage, Vantage, VantageOptions } from '../ports/vantage.ts';
import type { Surroundings } from '../session/diagnose-session.ts';

/**
 * Opens the vantages that may ask somebody something (a key, a code, whether to trust) one after
 * another, before the time for everything begins to run: who types is not slow, but awake at
 * three in the morning. What fails now fails again when it is used.
 */
export async function openedBeforehand(
  urls: readonly string[],
  surroundings: Surroundings,
  options: VantageOptions,
): Promise<Surroundings> {
  const opened = new Map<string, Promise<Vantage>>();
  const { signal } = new AbortController();
  for (const url of urls.filter((one) => one.startsWith('truenas://'))) {
    const opening = surroundings.openVantage(url, options, signal);
    opened.set(url, opening);
    await opening.then(
      () => {},
      () => {},
    );
  }
  const openVantage: OpenVantage = (url, given, now) => {
    const ready = opened.get(url);
    opened.delete(url);
    return ready ?? surroundings.openVantage(url, given, now);
  };
  return { ...surroundings, openVantage };
}
