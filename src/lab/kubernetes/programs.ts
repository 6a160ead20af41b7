import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import type { Container, Pod, Volume } from './kinds.ts';
import type {
  ContainerRun,
  Ended,
  ProbeResult,
  StartAsk,
  StartContainer,
} from './kubelet/runner.ts';
import type { Timer } from './timer.ts';

/** What a container's program finds around it. */
export interface ProgramContext {
  readonly pod: Pod;
  readonly container: Container;
  readonly env: Readonly<Record<string, string>>;
  readonly timer: Timer;
  /** What its service account lets it do, without the detour over HTTP. */
  readonly cluster: Cluster;
  /** Milliseconds the API server takes to answer now. */
  readonly apiDelayMs: () => number;
  /** Aborted when the container is asked to end. */
  readonly signal: AbortSignal;
  log(text: string): void;
  /** Where a path inside the container lies on this machine; for sockets. */
  hostPath(path: string): string;
  /** A file of a mounted Secret or ConfigMap. */
  readFile(path: string): string | undefined;
  /** Takes commands a probe runs inside. */
  onExec(handler: (argv: readonly string[], timeoutMs: number) => Promise<ProbeResult>): void;
}

/** Stands in for the process of an image. Resolves with how it ended. */
export type Program = (context: ProgramContext) => Promise<Ended>;

export interface ProgramsOptions {
  readonly cluster: Cluster;
  readonly timer: Timer;
  /** A folder of the lab's own; short, because socket paths end at 107 bytes. */
  readonly stateDir: string;
  readonly apiDelayMs: () => number;
  /** By image without its tag, or by that, `#` and the container's name. */
  readonly programs: Readonly<Record<string, Program>>;
  /** Starts what is no program of the lab: a probe pod's shell, say. */
  readonly otherwise: StartContainer;
}

/** Starts the lab's own programs for the images it knows. */
export function programRunner(options: ProgramsOptions): StartContainer {
  return (ask) => {
    const { image, name, command } = ask.container;
    const bare = withoutTag(image);
    // who says which program to run does not mean the one that the image is for
    const usual = command === undefined ? options.programs[bare] : undefined;
    const program = options.programs[`${bare}#${name}`] ?? usual;
    return program ? runProgram(program, ask, options) : options.otherwise(ask);
  };
}

export function withoutTag(image: string): string {
  return image.replace(/(@sha256:[0-9a-f]+|:[\w.-]+)$/, '');
}

const KILLED: Ended = { exitCode: 137 };

function runProgram(program: Program, ask: StartAsk, options: ProgramsOptions): ContainerRun {
  const { timer } = options;
  const abort = new AbortController();
  let exec: ContainerRun['exec'];
  let kill: (ended: Ended) => void = () => undefined;
  const killed = new Promise<Ended>((resolve) => {
    kill = resolve;
  });
  const context: ProgramContext = {
    ...ask,
    timer,
    cluster: options.cluster,
    apiDelayMs: options.apiDelayMs,
    signal: abort.signal,
    hostPath: (path) => hostPath(options.stateDir, ask, path),
    readFile: (path) => readMounted(options.cluster, ask, path),
    onExec: (handler) => {
      exec = handler;
    },
  };
  // a bug of ours ends like one of theirs: with a message and exit code 2
  const ran = program(context).catch((error: unknown): Ended => {
    ask.log(`panic: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return { exitCode: 2 };
  });
  return {
    ended: Promise.race([ran, killed]),
    stop(graceMs) {
      abort.abort(new Error('SIGTERM'));
      const cancel = timer.after(graceMs, () => kill(KILLED));
      void ran.then(cancel);
    },
    exec: async (argv, timeoutMs) =>
      exec ? exec(argv, timeoutMs) : { exitCode: 1, output: 'command not found' },
  };
}

interface Mounted {
  readonly volume: Volume;
  /** What follows the mount path. */
  readonly rest: string;
}

function mountedAt(
  { pod, container }: Pick<StartAsk, 'pod' | 'container'>,
  path: string,
): Mounted | undefined {
  const mounts = (container.volumeMounts ?? []).toSorted(
    (a, b) => b.mountPath.length - a.mountPath.length,
  );
  const mount = mounts.find(
    ({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`),
  );
  const volume = pod.spec.volumes?.find(({ name }) => name === mount?.name);
  return mount && volume && { volume, rest: path.slice(mount.mountPath.length + 1) };
}

function hostPath(stateDir: string, ask: StartAsk, path: string): string {
  const mounted = mountedAt(ask, path);
  if (!mounted) throw new RangeError(`Cannot find a volume for "${path}"`);
  const { volume, rest } = mounted;
  const owner = volume.hostPath
    ? `${ask.pod.spec.nodeName}${volume.hostPath.path}`
    : `${ask.pod.metadata.uid}/${volume.name}`;
  const folder = join(stateDir, createHash('sha256').update(owner).digest('hex').slice(0, 12));
  mkdirSync(folder, { recursive: true });
  return join(folder, rest);
}

function readMounted(cluster: Cluster, ask: StartAsk, path: string): string | undefined {
  const mounted = mountedAt(ask, path);
  const { secret, configMap } = mounted?.volume ?? {};
  const { namespace } = ask.pod.metadata;
  const key = mounted?.rest ?? '';
  if (secret) {
    const data = cluster.get('secrets', `${namespace}/${secret.secretName}`)?.data?.[key];
    return data === undefined ? undefined : Buffer.from(data, 'base64').toString();
  }
  return configMap && cluster.get('configmaps', `${namespace}/${configMap.name}`)?.data?.[key];
}

/** Removes a socket file an earlier run left. */
export function clearSocket(path: string): void {
  rmSync(path, { force: true });
}

/** Resolves when the container is asked to end. */
export function untilStopped({ signal }: Pick<ProgramContext, 'signal'>): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A container that only waits: a shell loop that does not hear SIGTERM, like any PID 1 shell. */
export const deafWaiter: Program = () => new Promise<Ended>(() => undefined);

/** A container that runs until it is asked to end. */
export const waiter: Program = async (context) => {
  await untilStopped(context);
  return { exitCode: 0 };
};
