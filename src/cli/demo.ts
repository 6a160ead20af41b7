import { Command } from 'commander';
import type { Lab } from '../lab/start.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { build } from './demo/build.ts';
import { fromKubeconfig, withStorageServer } from './demo/diagnosis-acts.ts';
import { night } from './demo/night.ts';
import { replay } from './demo/replay.ts';
import { type Act, personAt } from './demo/stage.ts';
import { EXIT } from './exit-codes.ts';
import { render, save } from './render.ts';
import { Story } from './story.ts';

const CAUSE = 'lan-route-captured-by-vpn';

/** Played in this order; the last diagnosis of any is what the reports are about. */
const ACTS: readonly Act[] = [night, fromKubeconfig, withStorageServer];

export function demoCommand(): Command {
  return new Command('demo')
    .description('begin as the night of the outage began, in a homelab made of namespaces')
    .option('--replay', 'judge a recorded look at the same outage instead of building the homelab')
    .option('--dir <folder>', 'where report.md and report.json go', '.')
    .action(run);
}

async function run(options: { replay?: boolean; dir: string }): Promise<void> {
  const story = new Story(process.stdout);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { signal } = interrupt;
  const lab = options.replay ? undefined : await build(story, signal);
  try {
    const diagnosis = lab
      ? await play(lab, { story, signal, dir: options.dir })
      : await replay(story);
    await save(`${options.dir}/report.md`, render(diagnosis, 'markdown', false));
    await save(`${options.dir}/report.json`, render(diagnosis, 'json', false));
    story.say('wrote report.md and report.json');
    process.exitCode = isAsPromised(diagnosis) ? EXIT.ok : EXIT.outside;
    if (process.exitCode !== EXIT.ok)
      story.say('this is not what the demo promises: please report it');
  } finally {
    await lab?.stop();
  }
}

async function play(
  lab: Lab,
  rest: { readonly story: Story; readonly signal: AbortSignal; readonly dir: string },
): Promise<Diagnosis> {
  const stage = { lab, ...rest, operator: await personAt(lab, rest.signal) };
  let latest: Diagnosis | undefined;
  for (const act of ACTS) latest = (await act(stage)) ?? latest;
  if (!latest) throw new TypeError('Cannot end the demo: no act has diagnosed anything');
  return latest;
}

function isAsPromised({ findings }: Diagnosis): boolean {
  return findings.some(({ cause, certainty }) => cause === CAUSE && certainty === 'proven');
}
