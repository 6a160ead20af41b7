import { createHash } from 'node:crypto';
import { timeText } from '../api/api.ts';
import type { Container, ContainerStatus, Pod, Terminated } from '../kinds.ts';
import { wait } from '../timer.ts';
import { type BackOff, createBackOff, goDuration } from './back-off.ts';
import type { NodeContext } from './context.ts';
import { watchLiveness } from './liveness.ts';
import type { ContainerRun, Ended } from './runner.ts';

/** What the kubelet keeps of one container while its pod is on the node. */
export interface Kept {
  readonly spec: Container;
  readonly backOff: BackOff;
  status: ContainerStatus;
  run: ContainerRun | undefined;
}

/** What became of a container before the lab began: nobody waits hours for a demonstration. */
export interface Past {
  readonly restarts: number;
  readonly exitCode: number;
  readonly finishedUnixMs: number;
  /** What its last run wrote. */
  readonly lines: readonly string[];
}

export function keep(spec: Container, scale: number): Kept {
  const { name, image } = spec;
  return {
    spec,
    backOff: createBackOff(scale),
    run: undefined,
    status: {
      name,
      image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: {},
    },
  };
}

export interface ContainerLife {
  readonly node: NodeContext;
  readonly pod: Pod;
  readonly kept: Kept;
  readonly env: Readonly<Record<string, string>>;
  /** Aborted when the pod goes. */
  readonly signal: AbortSignal;
  /** Init containers are done once they succeeded, whatever the policy. */
  readonly isInit: boolean;
  /** Called after each change of `kept.status`. */
  changed(): void;
}

/**
 * Runs a container, again and again as its pod's restart policy wants it. Resolves when it will
 * not be started again.
 *
 * @throws The abort reason.
 */
export async function liveContainer(life: ContainerLife): Promise<void> {
  const { node, kept, signal } = life;
  const past = node.past(life.pod, kept.spec);
  if (past) await relive(life, past);
  for (;;) {
    await requireImage(life);
    const ended = await runOnce(life);
    if (signal.aborted || !shallRestart(life, ended)) return;
    const finished = node.timer.now();
    const waitMs = kept.backOff.remainingMs(finished, finished);
    if (waitMs > 0) await backOff(life, waitMs);
    kept.backOff.advance(node.timer.now());
    setStatus(life, { restartCount: kept.status.restartCount + 1 });
  }
}

/** Takes a container up in the middle of its crash loop, and waits for its next start. */
async function relive(life: ContainerLife, past: Past): Promise<void> {
  const { node, pod, kept } = life;
  const { name } = kept.spec;
  const log = node.logs.open(pod.metadata.uid ?? '', name);
  for (const line of past.lines) log.write(line);
  log.end();
  for (let at = 0; at <= past.restarts; at += 1) kept.backOff.advance(past.finishedUnixMs);
  const time = timeText(past.finishedUnixMs);
  const containerID = containerIdOf(life);
  const times = { startedAt: time, finishedAt: time, containerID };
  const terminated = terminatedState({ exitCode: past.exitCode }, times);
  setStatus(life, { restartCount: past.restarts, lastState: { terminated }, containerID });
  const waitMs = kept.backOff.remainingMs(past.finishedUnixMs, node.timer.now());
  if (waitMs > 0) await backOff(life, waitMs);
  kept.backOff.advance(node.timer.now());
  setStatus(life, { restartCount: past.restarts + 1 });
}

function shallRestart({ pod, isInit }: ContainerLife, { exitCode }: Ended): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (isInit) return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

async function runOnce(life: ContainerLife): Promise<Ended> {
  const { node, pod, kept } = life;
  const { name, image } = kept.spec;
  const say = (reason: string, message: string): void =>
    node.record(pod, { type: 'Normal', reason, message, fieldPath: fieldPath(life) });
  say('Pulled', `Container image "${image}" already present on machine`);
  say('Created', `Created container: ${name}`);
  const containerID = containerIdOf(life);
  const startedAt = timeText(node.timer.now());
  const log = node.logs.open(pod.metadata.uid ?? '', name);
  const run = start(life, log.write);
  kept.run = run;
  say('Started', `Started container ${name}`);
  setStatus(life, {
    state: { running: { startedAt } },
    ready: true,
    started: true,
    containerID,
    imageID: `sha256:${hash(image)}`,
  });
  const stopLiveness = watchLiveness(life, run);
  const ended = await run.ended;
  stopLiveness();
  kept.run = undefined;
  log.end();
  const finishedAt = timeText(node.timer.now());
  const terminated = terminatedState(ended, { startedAt, finishedAt, containerID });
  setStatus(life, {
    state: { terminated },
    lastState: { terminated },
    ready: false,
    started: false,
  });
  return ended;
}

/** What cannot even be started has ended, too; containerd gives it exit code 128. */
function start({ node, pod, kept, env }: ContainerLife, log: (text: string) => void): ContainerRun {
  try {
    return node.runners.start({ pod, container: kept.spec, env, log });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const ended = Promise.resolve({ exitCode: 128, reason: 'StartError', message });
    return { ended, stop: () => undefined };
  }
}

function terminatedState(
  { exitCode, reason, message }: Ended,
  times: Pick<Terminated, 'startedAt' | 'finishedAt' | 'containerID'>,
): Terminated {
  return {
    exitCode,
    reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    ...(message ? { message } : {}),
    ...times,
  };
}

/** How often the real kubelet looks at a pod, and so repeats the event. */
const SYNC_MS = 10_000;

async function backOff(life: ContainerLife, waitMs: number): Promise<void> {
  const { node, pod, kept, signal } = life;
  const { metadata } = pod;
  const podText = `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  const { name } = kept.spec;
  const text = goDuration(kept.backOff.currentMs());
  const message = `back-off ${text} restarting failed container=${name} pod=${podText}`;
  setStatus(life, { state: { waiting: { reason: 'CrashLoopBackOff', message } } });
  const event = {
    type: 'Warning',
    reason: 'BackOff',
    message: `Back-off restarting failed container ${name} in pod ${podText}`,
    fieldPath: fieldPath(life),
  } as const;
  for (let left = waitMs; left > 0; left -= SYNC_MS) {
    node.record(pod, event);
    await wait(node.timer, Math.min(left, SYNC_MS), signal);
  }
}

/** Holds a container until its image is on the node; this cluster has no registry to pull from. */
async function requireImage(life: ContainerLife): Promise<void> {
  const { node, pod, kept, signal } = life;
  const { image, imagePullPolicy } = kept.spec;
  const warn = (reason: string, message: string): void =>
    node.record(pod, { type: 'Warning', reason, message, fieldPath: fieldPath(life) });
  while (!node.hasImage(image)) {
    if (imagePullPolicy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      warn('ErrImageNeverPull', message);
      setStatus(life, { state: { waiting: { reason: 'ErrImageNeverPull', message } } });
    } else {
      const why = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": the lab has no registry`;
      warn('Failed', `Failed to pull image "${image}": ${why}`);
      warn('Failed', 'Error: ErrImagePull');
      const message = `Back-off pulling image "${image}": ErrImagePull: ${why}`;
      setStatus(life, { state: { waiting: { reason: 'ImagePullBackOff', message } } });
    }
    await wait(node.timer, SYNC_MS, signal);
  }
}

function setStatus(life: ContainerLife, change: Partial<ContainerStatus>): void {
  const { kept } = life;
  kept.status = { ...kept.status, ...change };
  life.changed();
}

function fieldPath({ kept, isInit }: ContainerLife): string {
  return `spec.${isInit ? 'initContainers' : 'containers'}{${kept.spec.name}}`;
}

function containerIdOf({ pod, kept }: ContainerLife): string {
  const { name, restartCount } = kept.status;
  return `containerd://${hash(`${pod.metadata.uid}/${name}/${restartCount}`)}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
