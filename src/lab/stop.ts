import { readFileSync } from 'node:fs';
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

/** False for a zombie too: it is dead, and when its parent looks at it is not up to us. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}
