import { Command } from 'commander';
import { undoRunById } from '../session/fix-session.ts';
import { EXIT } from './exit-codes.ts';
import { untilInterrupted } from './interrupted.ts';
import { withReachOptions } from './question-options.ts';
import { type ReachOptions, realRunSurroundings, say } from './run-surroundings.ts';

export function undoCommand(): Command {
  return withReachOptions(new Command('undo'))
    .description('take a run back, last step first')
    .argument('<run>', 'its id, as runs lists it')
    .addHelpText(
      'after',
      '\nWhat somebody else has changed since is left as it is, and named.\nExit status: 0 taken back, 3 wrong usage, 4 no such run or it cannot be reached, 6 not all of it was taken back.',
    )
    .action(run);
}

async function run(id: string, options: ReachOptions): Promise<void> {
  const surroundings = realRunSurroundings(options);
  const signal = untilInterrupted();
  const { outcome, why } = await undoRunById(id, surroundings, { signal, tell: say });
  say(outcome === 'undone' ? `TAKEN BACK  ${id}` : `UNFINISHED  ${why}`);
  process.exitCode = outcome === 'undone' ? EXIT.ok : EXIT.unfinished;
}
