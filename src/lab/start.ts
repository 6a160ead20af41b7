import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OutsideError } from '../model/outside-error.ts';
import { findLabs } from './find-labs.ts';
import type { LabVariant } from './lab-file.ts';
import { type Lab, labHandle } from './lab-handle.ts';
import { builtPrograms, labPath } from './programs.ts';
import {
  DEFAULT_BACK_OFF_SCALE,
  withKubernetes,
  withRelease,
  withSwap,
} from './topology/adjust.ts';
import { homelab } from './topology/homelab.ts';

export type { Lab } from './lab-handle.ts';

export interface LabOptions {
  /** Letters, digits and dashes; absent: one that no running lab has. */
  readonly id?: string | undefined;
  readonly variant?: LabVariant | undefined;
  /** `HOST/DAEMON=ADDRESS`: relays to a real program instead of emulating that one. */
  readonly swaps?: readonly string[] | undefined;
  /** Release that the emulated TrueNAS is; absent: 25.04. */
  readonly truenas?: string | undefined;
  /** Serves the homelab's Kubernetes API, with its pods; see `LabFile.kubernetes`. */
  readonly kubernetes?: boolean | undefined;
  /** How many times shorter than real ones the waits of its kubelet are; absent: 10. */
  readonly backOffScale?: number | undefined;
  /** Nodes of the cluster, 1 or 2; absent: 1. */
  readonly nodes?: number | undefined;
  /** Begins in the middle of the outage: `accept-routes` in force, controllers in back-off. */
  readonly outage?: boolean | undefined;
  /** True: the lab outlives us. False: it ends when we do. */
  readonly keep?: boolean | undefined;
  /** Folder of the built programs; absent: where this program was built to. */
  readonly programs?: string | undefined;
  /** Stops building, or the running lab unless it is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each step of building, as it is reached. */
  readonly onStep?: ((step: string, ownerPid: number) => void) | undefined;
}

const ID = /^[a-z0-9][a-z0-9-]{0,30}$/i;

/**
 * Builds the homelab and resolves when it is ready, within about a second; with Kubernetes, two.
 *
 * @throws {RangeError} If the id, a swap, the release or the scale is none.
 * @throws {OutsideError} If the machine cannot do it, or a lab of that id runs already.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const id = options.id ?? unusedId();
  if (!ID.test(id)) throw new RangeError(`Cannot name a lab "${id}": use letters, digits, dashes`);
  const { swaps = [], kubernetes, backOffScale = DEFAULT_BACK_OFF_SCALE } = options;
  swaps.reduce(withSwap, kubernetes ? withKubernetes(homelab, backOffScale) : homelab);
  if (options.truenas !== undefined) withRelease(homelab, options.truenas);
  if (findLabs().some((lab) => lab.id === id)) {
    throw new OutsideError({
      doing: `start lab "${id}"`,
      found: 'one of that name is running',
      next: `returnpath lab down --id ${id}`,
    });
  }
  if (![undefined, 1, 2].includes(options.nodes)) {
    throw new RangeError(`Cannot make ${options.nodes} nodes: 1 or 2`);
  }
  const rootless = needsUserNamespace();
  const owner = spawnOwner(id, rootless, options);
  const ownerPid = owner.pid ?? 0;
  const abort = () => owner.kill('SIGKILL');
  options.signal?.addEventListener('abort', abort);
  try {
    await untilReady(owner, id, options);
  } catch (error) {
    abort();
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    if (options.keep) options.signal?.removeEventListener('abort', abort);
  }
  if (options.keep) release(owner);
  return labHandle(id, ownerPid);
}

let lastNumber = 0;

/** Never the same twice, as a lab that has only begun to start is not found yet. */
function unusedId(): string {
  const taken = new Set(findLabs().map(({ id }) => id));
  for (;;) {
    lastNumber += 1;
    const id = `homelab-${process.pid}-${lastNumber}`;
    if (!taken.has(id)) return id;
  }
}

/**
 * Root makes namespaces as it is, unless it is root in name only; others need a user namespace.
 *
 * @throws {OutsideError} If neither works here.
 */
function needsUserNamespace(): boolean {
  const kinds = ['--pid', '--fork', '--mount', '--mount-proc', '--net', '--uts'];
  const plain = spawnSync('unshare', [...kinds, 'true'], { encoding: 'utf8' });
  if (plain.status === 0) return false;
  const user = spawnSync('unshare', ['--user', '--map-root-user', ...kinds, 'true'], {
    encoding: 'utf8',
  });
  if (user.status === 0) return true;
  throw new OutsideError({
    doing: 'make the namespaces of a lab',
    found: (user.error?.message ?? user.stderr).trim() || 'unshare failed',
    next: 'a Linux machine that allows user namespaces, or root',
    cause: user.error,
  });
}

/** @throws {OutsideError} If the programs that run inside were not built. */
function spawnOwner(id: string, rootless: boolean, options: LabOptions): ChildProcess {
  const programs = options.programs ?? builtPrograms();
  const first = join(programs, 'lab-init.js');
  if (!existsSync(first)) {
    throw new OutsideError({
      doing: `start lab "${id}"`,
      found: `${first} is not built yet`,
      next: 'npm run build',
    });
  }
  return spawn(
    'unshare',
    [
      ...(rootless ? ['--user', '--map-root-user'] : []),
      ...['--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--net'],
      ...['--propagation', 'private', '--', process.execPath, first],
      ...['--lab-id', id, '--programs', programs, '--variant', options.variant ?? 'veth'],
      ...(options.swaps ?? []).flatMap((swap) => ['--swap', swap]),
      ...(options.truenas === undefined ? [] : ['--truenas', options.truenas]),
      ...(options.kubernetes
        ? ['--kubernetes', String(options.backOffScale ?? DEFAULT_BACK_OFF_SCALE)]
        : []),
      ...(options.nodes === 2 ? ['--two-nodes'] : []),
      ...(options.outage ? ['--outage'] : []),
      ...(rootless ? ['--rootless'] : []),
      ...(options.keep ? [] : ['--bound']),
    ],
    {
      // the first process inside checks there that its owner still lives
      cwd: '/proc',
      detached: true,
      stdio: 'pipe',
      env: {
        PATH: labPath(),
        HOME: process.env['HOME'] ?? '/',
        LANG: 'C.UTF-8',
      },
    },
  );
}

function untilReady(owner: ChildProcess, id: string, { onStep }: LabOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    let rest = '';
    const fail = (found: string, cause?: unknown) =>
      reject(new OutsideError({ doing: `start lab "${id}"`, found, cause }));
    const hear = ({ step, error, ready }: Said) => {
      if (step !== undefined) onStep?.(step, owner.pid ?? 0);
      if (error !== undefined) fail(error);
      if (ready) resolve();
    };
    owner.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    owner.stdout?.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) hear(JSON.parse(line) as Said);
    });
    owner.on('error', (error) => fail(error.message, error));
    owner.on('close', () => fail(stderr.trim() || 'it ended while it was being built'));
  });
}

/** What the first process of the lab says while it builds. */
interface Said {
  readonly step?: string;
  readonly ready?: boolean;
  readonly error?: string;
}

/** Lets go of a kept lab, so that we can end. */
function release(owner: ChildProcess): void {
  owner.stdin?.destroy();
  owner.stdout?.destroy();
  owner.stderr?.destroy();
  owner.unref();
}
