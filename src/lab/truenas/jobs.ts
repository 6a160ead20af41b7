import { CallError, ERRNO, ValidationErrors } from './call-error.ts';
import type { Row } from './filter-list.ts';
import type { Notice, Session } from './session.ts';

/** How a method tells of itself while it runs. */
export interface JobReporter {
  progress(percent: number, description: string): void;
  /** One piece of its log. */
  log(text: string): void;
}

interface Job {
  readonly id: number;
  readonly method: string;
  readonly arguments: readonly unknown[];
  readonly messageIds: readonly unknown[];
  readonly username: string | undefined;
  readonly startedUnixMs: number;
  readonly ended: Promise<unknown>;
  state: 'RUNNING' | 'SUCCESS' | 'FAILED';
  progress: { percent: number; description: string; extra: unknown };
  logs: string;
  finishedUnixMs?: number;
  result?: unknown;
  failure?: Error;
}

export interface JobStart {
  readonly method: string;
  /** Without secrets: everybody who may see the job sees them. */
  readonly shownParams: readonly unknown[];
  readonly messageId: unknown;
  readonly session: Session;
  readonly run: (reporter: JobReporter) => Promise<unknown>;
}

/** Methods that run on after their call was answered. */
export interface Jobs {
  /** Begins one. Its end, good or bad, is in its entry and in `result`. */
  start(job: JobStart): number;
  /** Entries as `core.get_jobs` shows them, oldest first. */
  entries(): readonly (Row & { readonly id: number })[];
  /** @throws {CallError} With the job's error, or if there is no such job. */
  result(id: number): Promise<unknown>;
  /** Who has a job with this number started; undefined if it is gone. */
  ownerOf(id: number): string | undefined;
  /** All that it has logged. */
  logsOf(id: number): string;
}

/** Called with each change of a job and who started it. */
export type JobListener = (notice: Notice, username: string | undefined) => void;

export function createJobs(now: () => number, onChange: JobListener): Jobs {
  const jobs = new Map<number, Job>();
  let lastId = 0;

  function tell(job: Job, msg: Notice['msg']): void {
    onChange({ msg, collection: 'core.get_jobs', id: job.id, fields: entryOf(job) }, job.username);
  }

  function end(job: Job, outcome: Pick<Job, 'state' | 'result' | 'failure'>): void {
    Object.assign(job, outcome, { finishedUnixMs: now() });
    if (job.state === 'SUCCESS') job.progress = { ...job.progress, percent: 100 };
    tell(job, 'changed');
  }

  return {
    start({ method, shownParams, messageId, session, run }) {
      lastId += 1;
      const job: Job = {
        id: lastId,
        method,
        arguments: shownParams,
        messageIds: messageId === undefined || messageId === null ? [] : [messageId],
        username: session.credentials?.account.username,
        startedUnixMs: now(),
        state: 'RUNNING',
        progress: { percent: 0, description: '', extra: null },
        logs: '',
        // after the answer with its number, as a job has its own thread
        ended: new Promise((resolve) => setImmediate(resolve)).then(() =>
          run({
            progress(percent, description) {
              job.progress = { percent, description, extra: null };
              tell(job, 'changed');
            },
            log(text) {
              job.logs += text;
            },
          }),
        ),
      };
      jobs.set(job.id, job);
      tell(job, 'added');
      job.ended.then(
        (result) => end(job, { state: 'SUCCESS', result }),
        (failure: Error) => end(job, { state: 'FAILED', failure }),
      );
      return job.id;
    },
    entries: () => [...jobs.values()].map(entryOf),
    async result(id) {
      const job = jobs.get(id);
      if (!job) throw new CallError(`Job with id ${id} does not exist`, 'ENOENT');
      return await job.ended;
    },
    ownerOf: (id) => jobs.get(id)?.username,
    logsOf: (id) => jobs.get(id)?.logs ?? '',
  };
}

function entryOf(job: Job): Row & { readonly id: number } {
  const { failure, username, startedUnixMs, finishedUnixMs } = job;
  return {
    id: job.id,
    message_ids: job.messageIds,
    method: job.method,
    arguments: job.arguments,
    transient: false,
    description: null,
    abortable: false,
    logs_path: job.logs === '' ? null : `/var/log/jobs/${job.id}.log`,
    logs_excerpt: job.logs === '' ? null : excerptOf(job.logs),
    progress: job.progress,
    result: job.result ?? null,
    result_encoding_error: null,
    error: failure?.message ?? null,
    exception: failure ? `${failure.name}: ${failure.message}\n` : null,
    exc_info: failure ? exceptionOf(failure) : null,
    state: job.state,
    time_started: { $date: startedUnixMs },
    time_finished: finishedUnixMs === undefined ? null : { $date: finishedUnixMs },
    credentials: username === undefined ? null : { type: 'USER', data: { username } },
  };
}

/** The first and the last five lines, where there are more than ten. */
function excerptOf(logs: string): string {
  const lines = logs.split('\n');
  const more = lines.length - 11;
  if (more <= 0) return logs;
  const [head, tail] = [lines.slice(0, 5), lines.slice(-6)];
  return [...head, `... ${more} more lines ...`, ...tail].join('\n');
}

function exceptionOf(failure: Error): object {
  const common = { repr: `${failure.name}('${failure.message}')`, type: 'OTHER', extra: null };
  if (failure instanceof ValidationErrors) {
    return { ...common, type: 'VALIDATION', extra: failure.errors };
  }
  if (failure instanceof CallError) {
    return { ...common, type: 'CallError', errno: ERRNO[failure.errname], extra: failure.extra };
  }
  return common;
}
