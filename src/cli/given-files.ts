import { stat } from 'node:fs/promises';
import { OutsideError } from '../model/outside-error.ts';
import { SNAPSHOT_VERSION, type Snapshot } from '../model/snapshot.ts';
import { type PastedCluster, readPasted } from '../readers/messages/pasted.ts';
import { clusterOfPaste } from '../readers/messages/pasted-cluster.ts';
import { load } from './render.ts';
import { isObject, parseSnapshot } from './snapshot-file.ts';

/**
 * What was given instead of looking: one snapshot, what kubectl printed, or both.
 *
 * @param paths Files, or `-` for standard input.
 * @throws {OutsideError} If one is neither, or there are two snapshots.
 */
export async function readGiven(paths: readonly string[]): Promise<Snapshot> {
  const given: (Snapshot | DatedPaste)[] = [];
  for (const path of paths) given.push(await readOne(path));
  const pastes = given.flatMap((one) => ('paste' in one ? [one] : []));
  const [snapshot, ...more] = given.flatMap((one) => ('paste' in one ? [] : [one]));
  if (more.length > 0) {
    throw new SyntaxError(
      `Cannot judge two snapshots at once: ${paths.join(', ')}\n  try: one after the other`,
    );
  }
  if (pastes.length === 0 && snapshot) return snapshot;
  const nowUnixMs = Math.max(...pastes.map(({ madeUnixMs }) => madeUnixMs));
  const cluster = clusterOfPaste(
    pastes.map(({ paste }) => paste),
    nowUnixMs,
  );
  return { cluster, ...(snapshot ?? nothingLookedAt(nowUnixMs)) };
}

interface DatedPaste {
  readonly paste: PastedCluster;
  readonly madeUnixMs: number;
}

async function readOne(path: string): Promise<Snapshot | DatedPaste> {
  const text = await load(path);
  const madeUnixMs = path === '-' ? Date.now() : (await stat(path)).mtimeMs;
  if (text.includes('"returnpath/snapshot"')) return parseSnapshot(text, path);
  const paste = readPasted(text, { nowUnixMs: madeUnixMs });
  if (paste.messages.length + paste.pods.length > 0) return { paste, madeUnixMs };
  if (text.trim() === '' || isObject(text)) return parseSnapshot(text, path);
  throw unknownText(path);
}

function unknownText(path: string): OutsideError {
  return new OutsideError({
    doing: `read "${path}"`,
    found: 'it is no snapshot, and nothing in it is known of what kubectl prints',
    next: 'leave it out; known are get pods, get events, describe and logs, without -o json or yaml',
  });
}

function nothingLookedAt(atUnixMs: number): Snapshot {
  return {
    schema: 'returnpath/snapshot',
    version: SNAPSHOT_VERSION,
    startedUnixMs: atUnixMs,
    endedUnixMs: atUnixMs,
    question: { from: '', to: '', serverAddresses: [], ports: [], controls: [], compare: [] },
    hosts: {},
    failedVantages: [],
    observations: [],
  };
}
