import type { Clock } from '../ports/clock.ts';

/**
 * Gives `ask` at most `ms` milliseconds. What it throws when the time is up, or when `signal` is
 * aborted, is passed on.
 */
export async function within<T>(
  ms: number,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  const timer = clock.wait(ms, both).then(
    () => own.abort(new Error(`no answer within ${ms} ms`)),
    () => undefined,
  );
  try {
    return await ask(both);
  } finally {
    own.abort();
    await timer;
  }
}
