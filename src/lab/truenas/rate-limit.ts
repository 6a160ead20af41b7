import { setTimeout as wait } from 'node:timers/promises';
import { CallError } from './call-error.ts';

/** Of calls without a log-in, by method and address. Source: middleware utils/rate_limit/cache.py */
const CALLS = 20;
const PERIOD_MS = 60_000;
const ADDRESSES = 100;
/** The real one lets a caller wait for one to ten seconds, by chance. */
const PENALTY_MS = 1_000;

export interface RateLimit {
  /** @throws {CallError} EBUSY, after a second, if this caller asked too often. */
  count(method: string, address: string): Promise<void>;
}

export function createRateLimit(now: () => number): RateLimit {
  const seen = new Map<string, { calls: number; sinceMs: number }>();
  return {
    async count(method, address) {
      const key = `${method} ${address}`;
      const before = seen.get(key) ?? { calls: 0, sinceMs: now() };
      const isOld = now() - before.sinceMs >= PERIOD_MS;
      const entry = isOld ? { calls: 1, sinceMs: now() } : { ...before, calls: before.calls + 1 };
      seen.set(key, entry);
      if (entry.calls <= CALLS && seen.size < ADDRESSES) return;
      await wait(PENALTY_MS);
      throw new CallError('Rate Limit Exceeded', 'EBUSY');
    },
  };
}
