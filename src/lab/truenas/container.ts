import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { findHostPid } from '../cluster/host-pid.ts';
import { enterCommand, hostFolder, LAB_DIR_ON_HOST } from '../init/host-script.ts';
import { bootFailureFile, ENVIRONMENT_FILE } from '../tailscaled/containerboot.ts';
import type { HostSpec } from '../topology/topology.ts';
import type { ContainerEnvironment } from './app-values.ts';

/** A container of an app: a host of the lab that is nested in the NAS. */
export interface Container {
  /** 64 hex digits, another for each container that is made; undefined while there is none. */
  id(): string | undefined;
  /** True once its first process has given up. */
  hasCrashed(): boolean;
  /** What to put before a command so that it runs inside. @throws {Error} If it does not run. */
  enter(): readonly string[];
  /** Asks it to end, waits as docker does, then takes it down with all that runs in it. */
  stop(): Promise<void>;
  /** Environment for its next start. */
  configure(environment: ContainerEnvironment): void;
  /** Makes it anew. Resolves when its first process is there. */
  start(): Promise<void>;
}

/** What `docker stop` grants. */
const GRACE_MS = 10_000;
const START_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 10;

export function createContainer(host: HostSpec): Container {
  const pid = () => findHostPid(host.name);
  return {
    id() {
      const found = pid();
      return found === undefined ? undefined : idOf(found);
    },
    hasCrashed: () => existsSync(bootFailureFile(host.name)),
    enter() {
      const found = pid();
      if (found === undefined) throw new Error(`Cannot enter "${host.name}": it does not run`);
      return ['nsenter', '-t', String(found), '-m', '-u', '-n', '-p', '--'];
    },
    async stop() {
      const found = pid();
      if (found === undefined) return;
      const isInside = insideOf(found);
      for (const name of processes().filter(isInside)) {
        if (nameOf(name) === 'tailscaled') process.kill(Number(name), 'SIGTERM');
      }
      await until(GRACE_MS, () =>
        processes()
          .filter(isInside)
          .every((name) => nameOf(name) !== 'tailscaled'),
      );
      killQuietly(found);
      await until(GRACE_MS, () => pid() === undefined);
    },
    configure(environment) {
      const path = `${hostFolder(host, LAB_DIR_ON_HOST)}/${ENVIRONMENT_FILE}`;
      // whole or not at all: the container may be starting just now
      writeFileSync(`${path}.new`, JSON.stringify(environment), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    async start() {
      const labId = commandLine('1')[3] ?? '';
      rmSync(bootFailureFile(host.name), { force: true });
      const command = `exec ${enterCommand(host, { labId }, LAB_DIR_ON_HOST)}`;
      spawn('sh', ['-c', command], { stdio: 'ignore' }).unref();
      if (await until(START_LIMIT_MS, () => pid() !== undefined)) return;
      throw new Error(`Cannot start "${host.name}": not within ${START_LIMIT_MS} ms`);
    },
  };
}

function idOf(pid: number): string {
  const started = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').split(' ')[20];
  return createHash('sha256').update(`${pid} ${started}`).digest('hex');
}

/** Whether a process is in the PID namespace of another. */
function insideOf(pid: number): (name: string) => boolean {
  const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
  return (name) => readQuietly(() => readlinkSync(`/proc/${name}/ns/pid`)) === namespace;
}

function processes(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** Empty for a zombie: what is left of it holds nothing. */
function nameOf(pid: string): string {
  return commandLine(pid)[0] ?? '';
}

function commandLine(pid: string): readonly string[] {
  return readQuietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
}

/** Empty for a process that has ended meanwhile. */
function readQuietly(read: () => string): string {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function until(limitMs: number, isSo: () => boolean): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (!isSo()) {
    if (Date.now() > deadline) return false;
    await wait(LOOK_EVERY_MS);
  }
  return true;
}
