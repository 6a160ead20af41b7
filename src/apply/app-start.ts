import { OutsideError } from '../model/outside-error.ts';
import type { Change } from '../model/plan.ts';
import { FIND_TAILSCALED, REACH_TAILSCALED } from '../model/shell-text.ts';
import type { HandContext } from './hand.ts';
import { runOn } from './shell-hand.ts';
import { apiOf, isRecord } from './truenas-api.ts';

type AppChange = Extract<Change, { kind: 'truenas-app' }>;

/** Time for a container that was made anew to run, on a slow pool as well. */
const START_MS = 120_000;
/** Time for its tailscaled to listen. */
const LISTEN_MS = 60_000;
const POLL_MS = 500;
/** Looks may be log-ins, of which a TrueNAS allows 20 a minute: the pauses between them grow. */
const LONGEST_PAUSE_MS = 8000;

const THERE = `${FIND_TAILSCALED}\n${REACH_TAILSCALED}\n[ -n "$by" ] && echo rp-there; :\n`;

/**
 * An app that was updated has another container, which may fail to start although its setting is
 * stored. What was open into the old one leads nowhere, and tailscaled in the new one takes a
 * moment; whether that is well then is for the checks to say.
 *
 * @throws {OutsideError} If the app does not run again.
 */
export async function untilStarted(change: AppChange, context: HandContext): Promise<void> {
  // its container is not made where there was none: the setting is stored, and that is all
  if (change.stopped) return;
  const state = await patiently(context, START_MS, {
    look: () => stateOf(change.app, context),
    isEnough: (found) => found === 'RUNNING',
  });
  if (state !== 'RUNNING') throw notStarted(change.app, state);
  await patiently(context, LISTEN_MS, {
    look: () => isThere(context),
    isEnough: (found) => found,
  });
}

/** @returns What was found last; undefined where every look failed. */
async function patiently<T>(
  { clock, signal }: HandContext,
  forMs: number,
  { look, isEnough }: { look: () => Promise<T>; isEnough: (found: T) => boolean },
): Promise<T | undefined> {
  const end = clock.now() + forMs;
  let last: T | undefined;
  for (
    let pauseMs = POLL_MS;
    clock.now() < end;
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  ) {
    try {
      last = await look();
      if (isEnough(last)) return last;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideError)) throw error;
    }
    await clock.wait(pauseMs, signal);
  }
  return last;
}

async function stateOf(app: string, context: HandContext): Promise<string> {
  const filter = [['name', '=', app]];
  const list = await (await apiOf(context)).call('app.query', [filter], context.signal);
  // over REST all come
  const found = (Array.isArray(list) ? list : []).find(
    (one) => isRecord(one) && one['name'] === app,
  );
  return isRecord(found) ? String(found['state']) : 'not there';
}

async function isThere(context: HandContext): Promise<boolean> {
  await context.reach.anew(context.vantage, context.signal);
  const { stdout } = await runOn(context, THERE);
  return stdout.includes('rp-there');
}

function notStarted(app: string, state = 'not known: the API does not answer'): OutsideError {
  return new OutsideError({
    doing: `start the app "${app}" again`,
    found: `after ${START_MS / 1000} s its state is ${state}`,
    next: `look at Apps > ${app} > Logs`,
  });
}
