import type { DaemonState } from '../protocol.ts';
import type { TruenasRelease } from '../topology/topology.ts';
import type { JobReporter, Jobs } from './jobs.ts';
import type { NasDatabase } from './nas-database.ts';
import type { ReleaseFacts } from './release.ts';
import type { Session } from './session.ts';
import type { Tokens } from './tokens.ts';

/** One call of a method. */
export interface Call extends JobReporter {
  readonly nas: Nas;
  readonly session: Session;
  readonly params: readonly unknown[];
}

/** A method of the API, under whichever transport. */
export interface Method {
  /** In order, for REST bodies and error texts; those with `?` at the end may be left out. */
  readonly params: readonly string[];
  /** Role that a caller needs; absent: any log-in will do. */
  readonly role?: string;
  /** Callable without a log-in, and then limited in rate. */
  readonly open?: boolean;
  readonly since?: TruenasRelease;
  /** First release that does not have it any more. */
  readonly until?: TruenasRelease;
  /** Runs on after the answer, which is the job's number. */
  readonly job?: boolean;
  /** What the audit log says of a call. */
  readonly audit?: (params: readonly unknown[]) => string;
  /** Parameters as logs and jobs show them; absent: as they are. */
  readonly shown?: (params: readonly unknown[]) => readonly unknown[];
  readonly call: (call: Call) => unknown;
}

export type Methods = Readonly<Record<string, Method>>;

/** The emulated machine that methods act on. */
export interface Nas {
  readonly release: ReleaseFacts;
  readonly database: NasDatabase;
  readonly jobs: Jobs;
  readonly tokens: Tokens;
  readonly startedUnixMs: number;
  readonly bootId: string;
  /** What is wrong on purpose. */
  readonly trouble: DaemonState['trouble'];
  /** Terminals that are open in web shells, by session id. */
  readonly terminals: Map<string, { resize(columns: number, rows: number): void }>;
  /** Everybody who is connected. */
  readonly sessions: Set<Session>;
}
