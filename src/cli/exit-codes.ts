import type { Diagnosis } from '../model/diagnosis.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { DiagnoseRequest } from '../session/request.ts';

/** What the program's exit status says to a script. */
export const EXIT = {
  /** Healthy, or the command did what it was asked to do. */
  ok: 0,
  /** One or more causes were found, proven or likely. */
  causeFound: 1,
  /** Something fails, and what could be seen does not tell why. */
  cannotTell: 2,
  /** The command line or a file given on it was wrong. */
  usage: 3,
  /** A machine, program or file outside did not do what it should. */
  outside: 4,
  /** A step of the fix failed, and everything that was begun has been taken back. */
  takenBack: 5,
  /** Something that was begun is neither done nor taken back; the message names the run. */
  unfinished: 6,
  /** Ended by Ctrl-C, after printing what was known. */
  interrupted: 130,
} as const;

export function exitCodeOf({ verdict }: Diagnosis): number {
  if (verdict === 'healthy') return EXIT.ok;
  return verdict === 'cannot-tell' ? EXIT.cannotTell : EXIT.causeFound;
}

/** Looking that failed altogether is a failure outside, not a riddle. */
export function exitCodeOfLook(
  diagnosis: Diagnosis,
  { hosts, cluster }: Snapshot,
  request: DiagnoseRequest,
): number {
  const sawNothing = Object.keys(hosts).length === 0 || (request.cluster && !cluster);
  return sawNothing && diagnosis.verdict === 'cannot-tell' ? EXIT.outside : exitCodeOf(diagnosis);
}
