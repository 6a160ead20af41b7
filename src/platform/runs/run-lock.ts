import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutsideError } from '../../model/outside-error.ts';
import { isErrno } from '../process/live-groups.ts';

/** Who holds the lock: a process, told from another of the same number by when it started. */
interface Holder {
  readonly pid: number;
  /** Clock ticks after boot; empty where /proc does not tell. */
  readonly started: string;
  readonly boot: string;
}

const TRIES = 5;

/**
 * Takes the lock of a folder, so that no two runs act at once. The lock of a process that is gone,
 * killed or of an earlier boot, is taken over.
 *
 * @returns Gives it back.
 * @throws {OutsideError} If a living process holds it.
 */
export async function takeLock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const own = `${JSON.stringify(await holderOf(process.pid))}\n`;
  const draft = join(folder, `lock.${process.pid}.${randomBytes(4).toString('hex')}`);
  await writeFile(draft, own, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      // a link appears with its content or not at all
      if (await linked(draft, path)) return () => release(path, own);
      await clearStale(path, draft);
    }
    throw new OutsideError({
      doing: 'start a run',
      found: `the lock ${path} keeps changing hands`,
    });
  } finally {
    await rm(draft, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Moves a dead holder's lock out of the way. @throws {OutsideError} If the holder lives. */
async function clearStale(path: string, draft: string): Promise<void> {
  const text = await contentOf(path);
  if (text === undefined) return;
  const holder = parsed(text);
  if (holder && (await isAlive(holder))) {
    throw new OutsideError({
      doing: 'start a run',
      found: `another run is going on in process ${holder.pid}`,
      next: 'wait for it to end, or end it, then: returnpath runs',
    });
  }
  const aside = `${draft}.stale`;
  await rename(path, aside).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
  });
  // somebody else may have cleared it and taken it in between: then that one is put back
  const moved = await contentOf(aside);
  if (moved !== undefined && moved !== text) await linked(aside, path);
  await rm(aside, { force: true });
}

async function release(path: string, own: string): Promise<void> {
  if ((await contentOf(path)) === own) await rm(path, { force: true });
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function parsed(text: string): Holder | undefined {
  try {
    const { pid, started, boot } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' ? { pid, started: started ?? '', boot: boot ?? '' } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
  }
  const now = await holderOf(holder.pid);
  return now.started === holder.started && now.boot === holder.boot;
}

/** A zombie still has a number but does nothing more: it counts as gone. */
async function holderOf(pid: number): Promise<Holder> {
  const stat = (await contentOf(`/proc/${pid}/stat`)) ?? '';
  // the name in brackets may hold anything; what follows it does not
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields[0] === 'Z' ? 'gone' : (fields[19] ?? '');
  return {
    pid,
    started,
    boot: ((await contentOf('/proc/sys/kernel/random/boot_id')) ?? '').trim(),
  };
}
