import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ClosingReporter } from './test/support/closing-reporter.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Tests of the lab mostly wait: for a probe that gets no answer, for a kubelet's back-off.
    maxWorkers: availableParallelism() + 1,
    // Tests against a real kernel, ssh and kubectl can lose a race with a busy machine once. In CI a
    // test that fails twice has failed; at a developer's desk every failure shows.
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['default', new ClosingReporter()],
  },
});
