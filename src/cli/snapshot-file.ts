import { OutsideError } from '../model/outside-error.ts';
import { SNAPSHOT_VERSION, Snapshot } from '../model/snapshot.ts';
import { load } from './render.ts';

/**
 * Reads a saved snapshot.
 *
 * @param path A file, or `-` for standard input.
 * @throws {OutsideError} If it cannot be read, is cut off, is no snapshot, or is of a version that
 *   this program does not know.
 */
export async function readSnapshot(path: string): Promise<Snapshot> {
  return parseSnapshot(await load(path), path);
}

/** The same of its text. @param path For messages. */
export function parseSnapshot(text: string, path: string): Snapshot {
  const doing = `read the snapshot "${path}"`;
  const value = parseJson(text, doing);
  const { schema, version } = Object(value) as { schema?: unknown; version?: unknown };
  if (schema !== 'returnpath/snapshot') {
    throw new OutsideError({
      doing,
      found: 'it is JSON, but no snapshot of returnpath',
      next: 'returnpath diagnose --save FILE writes one',
    });
  }
  if (version !== SNAPSHOT_VERSION) {
    throw new OutsideError({
      doing,
      found: `it has version ${JSON.stringify(version)}, this program knows version ${SNAPSHOT_VERSION}`,
      next: 'use the release of returnpath that wrote it, or look again',
    });
  }
  const parsed = Snapshot.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new OutsideError({ doing, found: `${place}: ${issue?.message ?? 'not as expected'}` });
}

function parseJson(text: string, doing: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const cut = isObject(text) && !text.trimEnd().endsWith('}');
    throw new OutsideError({
      doing,
      found: text.trim() === '' ? 'it is empty' : cut ? 'it is cut off' : 'it is no JSON',
      next: 'save it again: returnpath diagnose --save FILE',
      cause: error,
    });
  }
}

/** Whether a text begins as a snapshot does; what kubectl prints for people does not. */
export function isObject(text: string): boolean {
  return text.trimStart().startsWith('{');
}
