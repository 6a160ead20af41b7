import { stat } from 'node:fs/promises';
import { SNAPSHOT_VERSION, type Snapshot } from '../model/snapshot.ts';
import { type PastedCluster, readPasted } from '../readers/messages/pasted.ts';
import { clusterOfPaste } from '../readers/messages/pasted-cluster.ts';
import { load } from './render.ts';
import { parseSnapshot } from './snapshot-file.ts';

/**
 * What was given instead of looking: one snapshot, what kubectl printed, or both.
 *
 * @param paths Files, or `-` for standard input.
 * @throws {OutsideError} If one is neither, or there are two snapshots.
 */
export async function readGiven(paths: readonly string[]): Promise<Snapshot> {
  const pastes: PastedCluster[] = [];
  const times: number[] = [];
  let snapshot: Snapshot | undefined;
  for (const path of paths) {
    const text = await load(path);
    const madeUnixMs = path === '-' ? Date.now() : (await stat(path)).mtimeMs;
    const paste = text.includes('"returnpath/snapshot"')
      ? undefined
      : readPasted(text, { nowUnixMs: madeUnixMs });
    if (paste && paste.messages.length + paste.pods.length > 0) {
      pastes.push(paste);
      times.push(madeUnixMs);
    } else {
      if (snapshot) {
        throw new SyntaxError(`Cannot judge two snapshots at once: ${paths.join(', ')}`);
      }
      snapshot = parseSnapshot(text, path);
    }
  }
  if (pastes.length === 0 && snapshot) return snapshot;
  const nowUnixMs = Math.max(...times);
  const cluster = clusterOfPaste(pastes, nowUnixMs);
  return { cluster, ...(snapshot ?? nothingLookedAt(nowUnixMs)) };
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
