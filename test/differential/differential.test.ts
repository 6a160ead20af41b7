import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { trySockets } from './live-sockets.ts';
import { MUTANTS } from './mutants.ts';
import { seedBugs } from './mutate.ts';
import { runSeed } from './worker.ts';

/** Bugs that the first namespace is bound to show. */
const SEEDED = [
  'not is ignored',
  'no way back to shorter prefixes',
  'any source is accepted',
  'deprecated addresses are as good as others',
];

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

describe('bugs to be seeded', () => {
  test.each(MUTANTS)('$what: its place is found in $file', ({ file, find }) => {
    expect(readFileSync(`src/routing/${file}`, 'utf8').split(find).length - 1).toBe(1);
  });
});

describeWith(['namespaces', 'ip'], 'bugs seeded into the engine', () => {
  // all of them: npm run test:differential -- --mutants
  test('are noticed by the first namespace', async () => {
    const mutants = MUTANTS.filter(({ what }) => SEEDED.includes(what));
    const verdicts = await seedBugs(process.cwd(), { seeds: [501], queries: 4000, mutants });
    expect(verdicts.map(({ mutant, caughtBy }) => [mutant.what, caughtBy])).toEqual(
      mutants.map(({ what }) => [what, 501]),
    );
  });
});
