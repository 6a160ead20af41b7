import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends every run with what was not run, by name, and one line of totals:
 * `N passed, N failed, N skipped`.
 */
export class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const lacking = new Set(
      tests
        .filter((test) => test.result().state === 'skipped')
        .map((test) => /^.*\[needs [^\]]+\]/.exec(test.fullName)?.[0] ?? test.fullName),
    );
    for (const name of lacking) process.stdout.write(`skipped: ${name}\n`);
    const failed = count('failed') + broken + errors.length;
    process.stdout.write(
      `${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`,
    );
  }
}
