import { OutsideError } from '../../model/outside-error.ts';
import type {
  RootProblem,
  ShellAnswer,
  ShellOptions,
  VantageOptions,
} from '../../ports/vantage.ts';
import { runAsRoot, type ShellCommand } from './elevate.ts';
import { run } from './run.ts';

/** Runs scripts on one host, as root where that is asked for and possible. */
export interface Shell {
  sh(script: string, options: ShellOptions): Promise<ShellAnswer>;
  rootProblem(): RootProblem | undefined;
}

/**
 * @param shellCommand Hands one line to the host's shell.
 * @param where For messages: the vantage's URL.
 */
export function shellOf(
  shellCommand: ShellCommand,
  { where, options }: { where: string; options: VantageOptions },
): Shell {
  let problem: RootProblem | undefined;
  const password = askedOnce(options.sudoPassword);
  const plain = (script: string, shellOptions: ShellOptions) =>
    run(shellCommand('exec sh -s'), {
      ...shellOptions,
      doing: `run a script on ${where}`,
      input: script,
    });

  return {
    rootProblem: () => problem,

    async sh(script, shellOptions) {
      if (!options.sudo || problem) return plain(script, shellOptions);
      try {
        return await runAsRoot(shellCommand, script, { ...shellOptions, where, password });
      } catch (error) {
        shellOptions.signal.throwIfAborted();
        if (!(error instanceof OutsideError)) throw error;
        // what needs no root is read all the same, and once refused we do not ask again
        problem = { why: error.message, next: error.next };
        return plain(script, shellOptions);
      }
    },
  };
}

function askedOnce(ask: VantageOptions['sudoPassword']): VantageOptions['sudoPassword'] {
  if (!ask) return undefined;
  let answer: Promise<string> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
