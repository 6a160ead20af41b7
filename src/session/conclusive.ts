import type { Diagnosis } from '../model/diagnosis.ts';

/**
 * Whether waiting longer for silent probes could change nothing: there is a cause, and mechanism
 * and effect of every cause were seen.
 */
export function isConclusive({ findings }: Diagnosis): boolean {
  return findings.length > 0 && findings.every(({ certainty }) => certainty === 'proven');
}
