import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutsideError } from '../../model/outside-error.ts';
import { JournalEntry } from '../../model/run.ts';
import type { Journal } from '../../ports/run-store.ts';
import { jsonOf } from '../json-of.ts';

/**
 * A journal as a file of JSON lines. A line counts once it and its line end are there; what a crash
 * left behind the last line end was never acted upon and is cut off.
 *
 * @param onClose Called once, after the file is closed.
 */
export async function openJournal(
  path: string,
  { id, isNew, onClose }: { id: string; isNew: boolean; onClose: () => Promise<void> },
): Promise<Journal> {
  const file = await opened(path, isNew);
  let size: number;
  let entries: JournalEntry[];
  try {
    const text = (await file.readFile('utf8')).toString();
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    entries = readEntries(whole, path);
    size = Buffer.byteLength(whole);
    if (whole.length < text.length) await file.truncate(size);
    await file.sync();
    if (isNew) await syncFolder(dirname(path));
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    id,
    entries,
    async append(entry) {
      const line = Buffer.from(`${JSON.stringify(JournalEntry.parse(entry))}\n`);
      size = await appendAt(file, { path, line, size });
      entries.push(entry);
    },
    async close() {
      await file.close();
      await onClose();
    },
  };
}

/** @throws {OutsideError} If a line in it is none of ours. */
export function readEntries(text: string, path: string): JournalEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      const entry = JournalEntry.safeParse(jsonOf(line));
      if (entry.success) return entry.data;
      throw new OutsideError({
        doing: `read the journal "${path}"`,
        found: `line ${at + 1} is not as this program writes it`,
        next: 'use the release of returnpath that wrote it; each line is JSON that can be read',
      });
    });
}

async function opened(path: string, isNew: boolean): Promise<FileHandle> {
  try {
    return await open(path, isNew ? 'wx+' : 'r+', 0o600);
  } catch (error) {
    throw cannot(isNew ? 'begin' : 'open', path, error);
  }
}

/** Writes a whole line or none of it. @returns The size of the file after it. */
async function appendAt(
  file: FileHandle,
  { path, line, size }: { path: string; line: Buffer; size: number },
): Promise<number> {
  try {
    for (let done = 0; done < line.length; ) {
      const { bytesWritten } = await file.write(line, done, line.length - done, size + done);
      done += bytesWritten;
    }
    await file.sync();
    return size + line.length;
  } catch (error) {
    // half a line must not stay before the next; if even that fails, opening cuts it off
    await file.truncate(size).catch(() => undefined);
    throw cannot('write', path, error);
  }
}

/** So that the name of a new file survives a loss of power, as its content does. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const NEXT = {
  begin: 'make room or set XDG_STATE_HOME to another folder; without a journal nothing is changed',
  write: 'make room; without a line in the journal nothing is changed',
  open: 'make it yours to read and to write: it holds how the run is taken back',
} as const;

function cannot(what: keyof typeof NEXT, path: string, error: unknown): OutsideError {
  return new OutsideError({
    doing: `${what} the journal "${path}"`,
    found: error instanceof Error ? error.message : String(error),
    next: NEXT[what],
    cause: error,
  });
}
