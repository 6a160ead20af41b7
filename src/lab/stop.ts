import { setTimeout as wait } from 'node:timers/promises';
import { OutsideError } from '../model/outside-error.ts';
import { findLabs } from './find-labs.ts';

/** The kernel needs some milliseconds to take a few dozen processes and their namespaces down. */
const GONE_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 10;

/**
 * Kills the owner of a lab, and with it the lab; resolves when none of its processes is left.
 *
 * @throws {OutsideError} If that takes longer than ten seconds.
 */
export async function stopLab(ownerPid: number, id: string): Promise<void> {
  const before = findLabs().find((lab) => lab.id === id && lab.ownerPid === ownerPid);
  if (!before) return;
  process.kill(ownerPid, 'SIGKILL');
  const pids = [ownerPid, before.initPid, ...before.hostPids.values()];
  const deadline = Date.now() + GONE_LIMIT_MS;
  while (pids.some(isRunning)) {
    if (Date.now() > deadline) {
      throw new OutsideError({ doing: `stop lab "${id}"`, found: 'its processes do not end' });
    }
    await wait(LOOK_EVERY_MS);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
