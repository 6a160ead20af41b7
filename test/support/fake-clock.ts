import type { Clock } from '../../src/ports/clock.ts';

/** Time that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves on, and lets everything that waited for it go on first. */
  advance(ms: number): Promise<void>;
}

export function fakeClock(startUnixMs = 1_700_000_000_000): FakeClock {
  let now = startUnixMs;
  const waits = new Set<{ readonly at: number; readonly wake: () => void }>();
  return {
    now: () => now,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const wait = { at: now + ms, wake: resolve };
        waits.add(wait);
        signal.addEventListener(
          'abort',
          () => {
            waits.delete(wait);
            reject(signal.reason);
          },
          { once: true },
        );
      }),
    async advance(ms) {
      now += ms;
      for (const wait of [...waits].filter(({ at }) => at <= now)) {
        waits.delete(wait);
        wait.wake();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
