import { Command, Option } from 'commander';
import { OutsideError } from '../model/outside-error.ts';
import { runStoreIn, runsFolder } from '../platform/runs/run-store.ts';
import type { RunSummary } from '../ports/run-store.ts';
import { runLine, timeline } from '../report/run-text.ts';
import { EXIT } from './exit-codes.ts';
import { localOffsetMinutes } from './render.ts';

export function runsCommand(): Command {
  return new Command('runs')
    .description('list what fix has done here, newest first, or one run line by line')
    .argument('[run]', 'id of a run')
    .addOption(
      new Option('-o, --output <format>', 'form').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      '\nRuns are kept in $XDG_STATE_HOME/returnpath/runs, else ~/.local/state/returnpath/runs.\nExit status: 0 done, 4 no such run.',
    )
    .action(run);
}

async function run(id: string | undefined, { output }: { output: 'text' | 'json' }): Promise<void> {
  const store = runStoreIn(runsFolder(process.env));
  const all = await store.list();
  const wanted = id === undefined ? all : all.filter((one) => one.id === id);
  if (id !== undefined && wanted.length === 0) {
    throw new OutsideError({
      doing: `find the run "${id}"`,
      found: `it is not in ${store.where}`,
      next: 'returnpath runs lists those that are',
    });
  }
  const offset = localOffsetMinutes(Date.now());
  if (output === 'json') console.log(JSON.stringify(wanted, null, 2));
  else if (all.length === 0) console.log('nothing was done here yet');
  else for (const one of wanted) tellRun(one, { offset, isWhole: id !== undefined });
  process.exitCode = EXIT.ok;
}

/** @param isWhole Line by line, not on one line. */
function tellRun(
  { id, entries, unreadable }: RunSummary,
  { offset, isWhole }: { offset: number; isWhole: boolean },
): void {
  console.log(unreadable ? `${id}  ${unreadable}` : runLine(id, entries, offset));
  if (!isWhole) return;
  for (const line of timeline(entries, offset)) console.log(`  ${line}`);
}
