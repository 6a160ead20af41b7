import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { OutsideError } from '../../model/outside-error.ts';
import type { RunStore, RunSummary } from '../../ports/run-store.ts';
import { isErrno } from '../process/live-groups.ts';
import { openJournal, readEntries } from './journal-file.ts';
import { takeLock } from './run-lock.ts';

const ID = /^\d{8}-\d{6}-[0-9a-f]{4}$/;

/**
 * `$XDG_STATE_HOME/returnpath/runs`, else `~/.local/state/returnpath/runs`.
 * Source: XDG Base Directory Specification, which says to pass over a relative path.
 */
export function runsFolder(env: Readonly<Record<string, string | undefined>>): string {
  const state = env['XDG_STATE_HOME'];
  const base = state?.startsWith('/') ? state : join(homedir(), '.local/state');
  return join(base, 'returnpath/runs');
}

/** Runs as files in a folder that only its owner can read: a journal each, and the lock. */
export function runStoreIn(folder: string): RunStore {
  const pathOf = (id: string) => join(folder, `${id}.jsonl`);

  async function locked<T>(use: (release: () => Promise<void>) => Promise<T>): Promise<T> {
    const release = await prepared(folder);
    try {
      return await use(release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  return {
    where: folder,
    create: (startedUnixMs) =>
      locked((onClose) => {
        const id = newId(startedUnixMs);
        return openJournal(pathOf(id), { id, isNew: true, onClose });
      }),
    open: async (id) => {
      if (!ID.test(id)) throw noSuchRun(id, 'that is no id of a run');
      if (!existsSync(pathOf(id))) throw noSuchRun(id, `it is not in ${folder}`);
      return locked((onClose) => openJournal(pathOf(id), { id, isNew: false, onClose }));
    },
    async list() {
      const names = await namesIn(folder);
      const ids = names.flatMap((name) => {
        const id = name.replace(/\.jsonl$/, '');
        return ID.test(id) ? [id] : [];
      });
      return Promise.all(
        ids
          .toSorted()
          .toReversed()
          .map((id) => summaryOf(id, pathOf(id))),
      );
    },
  };
}

async function prepared(folder: string): Promise<() => Promise<void>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await takeLock(folder);
  } catch (error) {
    if (error instanceof OutsideError) throw error;
    throw new OutsideError({
      doing: `use the folder "${folder}"`,
      found: error instanceof Error ? error.message : String(error),
      next: 'set XDG_STATE_HOME to a folder that can be written; without a journal nothing is changed',
      cause: error,
    });
  }
}

async function summaryOf(id: string, path: string): Promise<RunSummary> {
  try {
    const text = await readFile(path, 'utf8');
    const entries = readEntries(text.slice(0, text.lastIndexOf('\n') + 1), path);
    return { id, entries };
  } catch (error) {
    return { id, entries: [], unreadable: error instanceof Error ? error.message : String(error) };
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw new OutsideError({
      doing: `list the runs in "${folder}"`,
      found: error instanceof Error ? error.message : String(error),
      next: 'make it a folder that you can read, or set XDG_STATE_HOME to the one where runs are',
      cause: error,
    });
  }
}

/** Sorts by time: `20260822-031500-4f2a`, in UTC. */
function newId(unixMs: number): string {
  const [date = '', time = ''] = new Date(unixMs).toISOString().split('T');
  const day = date.replaceAll('-', '');
  return `${day}-${time.slice(0, 8).replaceAll(':', '')}-${randomBytes(2).toString('hex')}`;
}

function noSuchRun(id: string, found: string): OutsideError {
  return new OutsideError({
    doing: `open the run "${id}"`,
    found,
    next: 'returnpath runs lists them',
  });
}
