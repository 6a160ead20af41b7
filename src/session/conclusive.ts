import type { Diagnosis } from '../model/diagnosis.ts';
import type { Snapshot } from '../model/snapshot.ts';

// Linux sends a second SYN one second after the first (RFC 6298). What is silent past the answer to
// that one stays silent, or is lossy, which no second more would tell.
export const SECOND_TRY_MS = 1400;

/**
 * Whether waiting longer for silent probes could change nothing: there is a cause of the path, and
 * either mechanism and effect of every such cause were seen, or nobody looks at the server, so
 * that nothing can be proven, and its silence has outlasted a second try. Causes of the cluster
 * rest on what it said, which no probe changes.
 */
export function isConclusive({ findings }: Diagnosis, snapshot: Snapshot): boolean {
  const ofPath = findings.filter(({ flows }) => flows.length > 0);
  if (ofPath.length === 0) return false;
  if (ofPath.every(({ certainty }) => certainty === 'proven')) return true;
  return snapshot.hosts[snapshot.question.to] === undefined && hasStayedSilent(snapshot);
}

function hasStayedSilent({ observations, question, endedUnixMs }: Snapshot): boolean {
  return observations.every(
    (o) =>
      o.kind !== 'probe' ||
      o.host !== question.from ||
      o.role !== 'target' ||
      Math.max(o.elapsedMs, endedUnixMs - o.atUnixMs) >= SECOND_TRY_MS,
  );
}
