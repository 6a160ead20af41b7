import { expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
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
