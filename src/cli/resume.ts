import { Command } from 'commander';
import { resumeRun } from '../session/fix-session.ts';
import { untilInterrupted } from './interrupted.ts';
import { withReachOptions } from './question-options.ts';
import {
  finishRun,
  type ReachOptions,
  realRunSurroundings,
  say,
  verifierOf,
} from './run-surroundings.ts';

interface Options extends ReachOptions {
  readonly later?: boolean;
}

export function resumeCommand(): Command {
  return withReachOptions(new Command('resume'))
    .description('go on with a run that was ended half way')
    .argument('<run>', 'its id, as runs lists it')
    .option('--later', 'also do what makes it last, which may restart an app')
    .addHelpText(
      'after',
      '\nEach step is looked at first: what is still so is not done again.\nExit status: as for fix.',
    )
    .action(run);
}

async function run(id: string, { later, ...options }: Options): Promise<void> {
  const when = later ? (['now', 'later'] as const) : (['now'] as const);
  const signal = untilInterrupted();
  const surroundings = realRunSurroundings(options);
  const verify = verifierOf(options, surroundings, signal);
  const end = await resumeRun(id, when, surroundings, { signal, tell: say, verify });
  finishRun(end, options);
}
