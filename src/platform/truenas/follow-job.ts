import { OutsideError } from '../../model/outside-error.ts';
import type { TruenasProgress } from '../../ports/truenas.ts';
import type { Channel } from './channel.ts';
import type { Secrets } from './problem.ts';

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly secrets: Secrets;
  readonly onProgress?: ((progress: TruenasProgress) => void) | undefined;
}

interface Job {
  readonly state: string;
  readonly progress: TruenasProgress;
  readonly result: unknown;
  readonly error: string;
}

/** Where the NAS tells of changes itself, asking is only for what was missed. */
const POLL_MS = { told: 5000, untold: 1000 };

/**
 * Waits until a job has ended.
 *
 * @returns Its result.
 * @throws {OutsideError} If it failed or was aborted.
 * @throws {ConnectionLost} If the channel ended before the job.
 * @throws The abort reason, if `signal` is aborted; the job goes on.
 */
export async function followJob(
  channel: Channel,
  { id, method, told }: { readonly id: number; readonly method: string; readonly told: boolean },
  { signal, secrets, onProgress }: FollowOptions,
): Promise<unknown> {
  let wake = () => {};
  const stopListening = channel.onEvent(({ collection, fields }) => {
    if (collection === 'core.get_jobs' && fields['id'] === id) wake();
  });
  channel.whenEnded.then(() => wake());
  let shown = '';
  try {
    for (;;) {
      const changed = nextOf(told ? POLL_MS.told : POLL_MS.untold, signal, (now) => {
        wake = now;
      });
      const answer = await channel.call('core.get_jobs', [[['id', '=', id]]], { signal });
      const job = jobOf(answer, secrets);
      const progress = JSON.stringify(job?.progress);
      if (job && progress !== shown) onProgress?.(job.progress);
      shown = progress ?? '';
      if (!job) throw gone(id, method);
      if (job.state === 'SUCCESS') return job.result;
      if (job.state === 'FAILED' || job.state === 'ABORTED') throw failed(id, method, job, secrets);
      await changed;
      signal.throwIfAborted();
    }
  } finally {
    wake();
    stopListening();
  }
}

/** Resolves after some time, at once when woken, or when aborted. */
function nextOf(
  ms: number,
  signal: AbortSignal,
  setWake: (wake: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    setWake(done);
  });
}

/** Source: truenas middleware, service/core_service.py, get_jobs */
function jobOf(answer: unknown, secrets: Secrets): Job | undefined {
  const [first] = Array.isArray(answer) ? answer : [];
  if (typeof first !== 'object' || first === null) return undefined;
  const { state, progress, result, error } = first as Record<string, unknown>;
  return {
    state: String(state),
    progress: progressOf(progress, secrets),
    result,
    error: String(error ?? ''),
  };
}

export function progressOf(wire: unknown, secrets: Secrets): TruenasProgress {
  const { percent, description } = Object(wire) as { percent?: unknown; description?: unknown };
  return {
    percent: typeof percent === 'number' ? percent : 0,
    // hidden before it is cut: half a secret is not found any more
    description: typeof description === 'string' ? secrets.hide(description).slice(0, 200) : '',
  };
}

function failed(id: number, method: string, { state, error }: Job, secrets: Secrets): OutsideError {
  const said = secrets.hide(error);
  return new OutsideError({
    doing: `finish job ${id} (${method})`,
    found: state === 'ABORTED' ? 'it was aborted' : said || 'it failed without a reason',
    next: `see job ${id} in the web interface (Jobs, at the top right)`,
  });
}

function gone(id: number, method: string): OutsideError {
  return new OutsideError({
    doing: `follow job ${id} (${method})`,
    found: 'the NAS does not know it any more: the middleware was restarted',
    next: 'look whether its work is done, and repeat it if not',
  });
}
