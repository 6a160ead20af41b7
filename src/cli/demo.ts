import { Command } from 'commander';
import type { Diagnosis } from '../model/diagnosis.ts';
import { build, type Scene } from './demo/build.ts';
import { fromKubeconfig, fromTheNode, withStorageServer } from './demo/diagnosis-acts.ts';
import { fixAgain, fixAndUndo } from './demo/mending-acts.ts';
import { night } from './demo/night.ts';
import { replay } from './demo/replay.ts';
import { type Act, personAt, type Stage } from './demo/stage.ts';
import { EXIT } from './exit-codes.ts';
import { untilInterrupted } from './interrupted.ts';
import { render, save } from './render.ts';
import { Story } from './story.ts';

const CAUSE = 'lan-route-captured-by-vpn';

/** Played in this order; the last diagnosis of any is what the reports are about. */
const FINDING: readonly Act[] = [night, fromKubeconfig, withStorageServer];
const FINDING_WITHOUT_CLUSTER: readonly Act[] = [fromTheNode];
/** Played after the reports are written; the first one writes up what was done as well. */
const MENDING: readonly Act[] = [fixAndUndo, fixAgain];

export function demoCommand(): Command {
  return new Command('demo')
    .description('begin as the night of the outage began, in a homelab made of namespaces')
    .option('--replay', 'judge a recorded look at the same outage instead of building the homelab')
    .option('--dir <folder>', 'where report.md and report.json go', '.')
    .action(run);
}

async function run(options: { replay?: boolean; dir: string }): Promise<void> {
  const story = new Story(process.stdout);
  const signal = untilInterrupted();
  const scene = options.replay ? undefined : await build(story, signal);
  try {
    const stage = scene && (await stageOf(scene, { story, signal, dir: options.dir }));
    const diagnosis = stage ? await find(stage) : await replay(story);
    await save(`${options.dir}/report.md`, render(diagnosis, 'markdown', false));
    await save(`${options.dir}/report.json`, render(diagnosis, 'json', false));
    story.say('wrote report.md and report.json');
    process.exitCode = isAsPromised(diagnosis) ? EXIT.ok : EXIT.outside;
    if (process.exitCode !== EXIT.ok) {
      story.say('this is not what the demo promises: please report it');
    } else if (stage) {
      for (const act of MENDING) await act(stage);
    }
  } catch (error) {
    // the lab goes with the signal, and whoever was at it fails in its own way
    signal.throwIfAborted();
    throw error;
  } finally {
    await scene?.lab.stop();
  }
  if (scene) story.say('the homelab is gone, and its runs with it: nothing is left to undo');
}

async function stageOf(scene: Scene, rest: Omit<Stage, keyof Scene | 'operator'>): Promise<Stage> {
  return { ...scene, ...rest, operator: await personAt(scene.lab, rest.signal) };
}

async function find(stage: Stage): Promise<Diagnosis> {
  let latest: Diagnosis | undefined;
  const acts = stage.hasCluster ? FINDING : FINDING_WITHOUT_CLUSTER;
  for (const act of acts) latest = (await act(stage)) ?? latest;
  if (!latest) throw new TypeError('Cannot end the demo: no act has diagnosed anything');
  return latest;
}

function isAsPromised({ findings }: Diagnosis): boolean {
  return findings.some(({ cause, certainty }) => cause === CAUSE && certainty === 'proven');
}
