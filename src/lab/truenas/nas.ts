import { randomUUID } from 'node:crypto';
import type { DaemonState } from '../protocol.ts';
import type { TruenasRelease } from '../topology/topology.ts';
import { createJobs } from './jobs.ts';
import type { Nas } from './method.ts';
import type { NasDatabase } from './nas-database.ts';
import { RELEASES } from './release.ts';
import { hasRole, type Notice, type Session } from './session.ts';
import { createTokens } from './tokens.ts';

/** The machine, and what about it changes from outside. */
export interface ChangingNas extends Nas {
  release: Nas['release'];
  trouble: DaemonState['trouble'];
}

export function createNas(database: NasDatabase, release: TruenasRelease): ChangingNas {
  const sessions = new Set<Session>();
  return {
    release: RELEASES[release],
    database,
    sessions,
    jobs: createJobs(Date.now, (notice, username) => tellJob(sessions, notice, username)),
    tokens: createTokens(Date.now),
    startedUnixMs: Date.now(),
    bootId: randomUUID(),
    trouble: undefined,
    terminals: new Map(),
  };
}

/** A job is shown to full administrators and to whoever started it. */
function tellJob(
  sessions: ReadonlySet<Session>,
  notice: Notice,
  username: string | undefined,
): void {
  for (const session of sessions) {
    const account = session.credentials?.account;
    if (!account || (!hasRole(account, 'FULL_ADMIN') && account.username !== username)) continue;
    if (
      [...session.subscriptions.values()].some((name) => name === '*' || name === notice.collection)
    ) {
      session.notify(notice);
    }
  }
}
