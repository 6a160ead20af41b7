import { expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { trySockets } from './live-sockets.ts';
import { seedBugs } from './mutate.ts';
import { runSeed } from './worker.ts';

// A bounded part; `npm run test:differential` does two million comparisons.
describeWith(['namespaces', 'ip'], 'the engine against the running kernel', () => {
  test.each([9001, 9002, 9003, 9004, 9005, 9006])(
    'agrees on everything asked of namespace %i',
    async (seed) => {
      const { mismatches, failure, count } = await runSeed({ seed, queries: 2000 });
      expect(failure).toBeUndefined();
      expect(mismatches.slice(0, 2)).toEqual([]);
      expect(count).toBe(2000);
    },
  );
});

describeWith(['namespaces', 'ip', 'tcpdump'], 'sockets against the engine', () => {
  test('send their first packet where the engine says, and from there', async () => {
    const { sockets, mismatches } = await trySockets(process.cwd(), [1]);
    expect(mismatches).toEqual([]);
    expect(sockets).toBe(54);
  });
});

describeWith(['namespaces', 'ip'], 'bugs seeded into the engine', () => {
  test('are still found in the source, and many are noticed by the first namespace', async () => {
    const verdicts = await seedBugs(process.cwd(), { seeds: [501], queries: 2500 });
    expect(verdicts.length).toBeGreaterThanOrEqual(20);
    const noticed = verdicts.filter(({ caughtBy }) => caughtBy !== undefined);
    expect(noticed.length).toBeGreaterThanOrEqual(10);
  }, 60_000);
});
