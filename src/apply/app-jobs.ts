import { OutsideError } from '../model/outside-error.ts';
import type { HandContext } from './hand.ts';
import { apiOf, isRecord } from './truenas-api.ts';

/** Pulling nothing, only starting containers anew; a slow pool takes minutes. */
export const JOB_MS = 5 * 60_000;

const METHOD = 'app.update';
const UNDER_WAY = ['RUNNING', 'WAITING'];
const POLL_MS = 1000;

/**
 * A run that was killed leaves its job behind, which goes on: what it makes of the app is waited for.
 * What becomes of other apps is no matter of ours.
 *
 * @throws {OutsideError} If it takes longer than such a job may.
 */
export async function untilIdle(app: string, context: HandContext): Promise<void> {
  const { clock, signal } = context;
  const end = clock.now() + JOB_MS;
  for (let looks = 1; await isBusy(app, context); looks += 1) {
    if (clock.now() >= end) throw stillBusy(app);
    if (looks === 1) context.tell(`another ${METHOD} of "${app}" is under way: waiting for it`);
    await clock.wait(POLL_MS, signal);
  }
}

async function isBusy(app: string, context: HandContext): Promise<boolean> {
  const filter = [
    ['method', '=', METHOD],
    ['state', 'in', UNDER_WAY],
  ];
  const jobs = await (await apiOf(context)).call('core.get_jobs', [filter], context.signal);
  return Array.isArray(jobs) && jobs.some((job) => isAbout(app, job));
}

/** REST does not filter: it lists every job there was. */
function isAbout(app: string, job: unknown): boolean {
  if (!isRecord(job) || job['method'] !== METHOD) return false;
  if (!UNDER_WAY.includes(String(job['state']))) return false;
  const [name = app] = Array.isArray(job['arguments']) ? job['arguments'] : [];
  return name === app;
}

function stillBusy(app: string): OutsideError {
  return new OutsideError({
    doing: `begin with the app "${app}"`,
    found: `another ${METHOD} of it has not ended within ${JOB_MS / 60_000} minutes`,
    next: 'see Jobs in the web interface (at the top right), and try again when it has ended',
  });
}
