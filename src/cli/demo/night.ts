import { setTimeout as wait } from 'node:timers/promises';
import { Diagnosis } from '../../model/diagnosis.ts';
import { render } from '../render.ts';
import type { Act, Stage } from './stage.ts';

/** The first mounts and probes need a moment until somebody can see that they hang. */
const SEEN_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 400;
/** How nsenter ends when there is no such program, or none that may run. */
const NO_PROGRAM = [126, 127];
const GET_PODS = ['get', 'pods', '-A'] as const;

/** The night of the outage, as its user saw it: controllers that crash, and pods that wait. */
export const night: Act = async (stage) => {
  const { story } = stage;
  story.say('somebody has ticked Accept Routes on the NAS. At night the pods restart:');
  const table = await podsOnceTheyHang(stage);
  if (table !== undefined) {
    story.block(`utility$ kubectl ${GET_PODS.join(' ')}\n${table}`);
    return undefined;
  }
  story.say('kubectl is not on this machine, so our own client asks:');
  return await askedByOurselves(stage);
};

/** What kubectl prints as soon as it shows the outage; nothing where there is no kubectl. */
async function podsOnceTheyHang(stage: Stage): Promise<string | undefined> {
  const deadline = performance.now() + SEEN_WITHIN_MS;
  for (;;) {
    const seen = await stage.operator.kubectl(GET_PODS);
    if (seen.code !== null && NO_PROGRAM.includes(seen.code)) return undefined;
    const shows =
      /2\/6 +CrashLoopBackOff/.test(seen.stdout) && /ContainerCreating/.test(seen.stdout);
    if (shows || performance.now() > deadline) return seen.code === 0 ? seen.stdout : undefined;
    await wait(LOOK_EVERY_MS, undefined, { signal: stage.signal });
  }
}

async function askedByOurselves({ operator, story }: Stage): Promise<Diagnosis> {
  const { stdout } = await operator.returnpath(['diagnose', '-o', 'json']);
  const diagnosis = Diagnosis.parse(JSON.parse(stdout));
  const lines = render(diagnosis, 'text', false).split('\n');
  const [from, to] = [/^ hangs /, /^ here /].map((label) =>
    lines.findIndex((one) => label.test(one)),
  );
  story.block(lines.slice(from, to).join('\n'));
  return diagnosis;
}
