import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Exec } from '../kubernetes/http/exec.ts';
import type { StartContainer } from '../kubernetes/kubelet/runner.ts';
import { fieldAt, isFields, type KubeObject } from '../kubernetes/object.ts';
import type { ContainerPaths } from './container-path.ts';
import type { PodNetwork } from './pod-network.ts';

/** What the runtime says of a command it does not find. */
const NOT_FOUND = 127;
const KILLED = 137;

/** Starts containers that are none of the lab's programs: a probe pod's shell, for one. */
export function processStarter(network: PodNetwork, paths: ContainerPaths): StartContainer {
  return ({ pod, container, env, log }) => {
    const argv = [...(container.command ?? []), ...(container.args ?? [])];
    if (argv.length === 0) throw new Error('no command specified');
    paths.assertHas(container.image, argv[0] ?? '');
    let child: ChildProcess | undefined;
    let isStopped = false;
    const live = async (): Promise<number> => {
      const enter = await network.enter(pod);
      if (isStopped) return KILLED;
      const started = startProcess([...enter, ...paths.hide(container.image), ...argv], {
        PATH: paths.of(container.image),
        ...env,
      });
      child = started;
      onLines(started.stdout, log);
      onLines(started.stderr, log);
      return await exitCodeOf(started);
    };
    const ended = live().then(
      (exitCode) => ({ exitCode }),
      (error: Error) => ({ exitCode: NOT_FOUND, message: error.message }),
    );
    return {
      ended,
      stop(graceMs) {
        isStopped = true;
        signalAll(child, 'SIGTERM');
        const timeout = setTimeout(() => signalAll(child, 'SIGKILL'), graceMs);
        void ended.then(() => clearTimeout(timeout));
      },
    };
  };
}

/** Runs what `kubectl exec` asks for in the namespaces of the pod; a terminal is not emulated. */
export function processExec(network: PodNetwork, paths: ContainerPaths): Exec {
  return async ({ pod, container, argv, streams }) => {
    const image = imageOf(pod, container);
    paths.assertHas(image, argv[0] ?? '');
    const enter = await network.enter(pod);
    const child = startProcess([...enter, ...paths.hide(image), ...argv], {
      PATH: paths.of(image),
    });
    // a command that does not read its input may close it
    child.stdin.on('error', () => undefined);
    streams.stdin.pipe(child.stdin);
    child.stdout.on('data', (chunk: Buffer) => streams.stdout.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => streams.stderr.write(chunk));
    streams.signal.addEventListener('abort', () => signalAll(child, 'SIGKILL'), { once: true });
    return await exitCodeOf(child);
  };
}

function imageOf(pod: KubeObject, container: string): string {
  const containers = fieldAt(pod, 'spec.containers');
  const found = Array.isArray(containers) ? containers.filter(isFields) : [];
  return String(found.find(({ name }) => name === container)?.['image'] ?? '');
}

function startProcess(argv: readonly string[], env: Readonly<Record<string, string>>) {
  const [command = '', ...args] = argv;
  // a process group of its own: entering a PID namespace puts a process between us and it
  return spawn(command, args, { stdio: 'pipe', detached: true, env: { HOME: '/', ...env } });
}

/** @throws {Error} If it could not be started. */
function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? KILLED));
  });
}

function signalAll(child: ChildProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
}

function onLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
