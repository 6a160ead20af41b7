import type { Step } from '../model/plan.ts';
import { atMost } from '../ports/at-most.ts';
import {
  type Applying,
  contextOf,
  guardId,
  note,
  type RunResult,
  standNow,
  wordsOf,
} from './applying.ts';
import { disarmGuard } from './guard.ts';
import type { HandContext } from './hand.ts';
import { handFor } from './hands.ts';

/** A script is one packet or two and is carried out in milliseconds. */
export const ON_ITS_WAY_MS = 3000;

/** Time to take everything back after we were told to stop. */
const TAKE_BACK_MS = 120_000;

/**
 * Takes back every step that was begun, last first. A value that somebody else has changed since is
 * theirs: it is left, and said so. Can be called again and again: what is back stays back.
 *
 * @param why What made it necessary, for the journal.
 */
export async function takeBack(a: Applying, why: string): Promise<RunResult> {
  return undoAll(inTime(a), why);
}

/** Takes one step back that was begun. @returns Why it could not be. */
export function takeBackStep(a: Applying, step: Step): Promise<string | undefined> {
  return undoStep(inTime(a), step);
}

/** Also where we were told to stop. */
function inTime(a: Applying): Applying {
  return a.signal.aborted ? { ...a, signal: atMost(TAKE_BACK_MS) } : a;
}

/** The same on request, for a run that may have been killed a moment ago, or be taken back already. */
export async function undoRun(a: Applying, why: string): Promise<RunResult> {
  if (standNow(a).outcome === 'undone') {
    const already = 'it was taken back already';
    a.tell(`nothing to take back: ${already}`);
    return { outcome: 'undone', why: already };
  }
  await untilHeard(a);
  return undoAll(a, why);
}

async function undoAll(a: Applying, why: string): Promise<RunResult> {
  const { plan, steps } = standNow(a);
  const begun = plan.steps.filter(({ id }) =>
    ['begun', 'done', 'left'].includes(steps.get(id) ?? ''),
  );
  if (begun.length === 0) a.tell('nothing to take back: no step of it is in force');
  const left: string[] = [];
  for (const step of begun.toReversed()) {
    const problem = await undoStep(a, step);
    if (problem !== undefined) left.push(`${step.id}: ${problem}`);
  }
  const outcome = left.length === 0 ? 'undone' : 'unfinished';
  const words = left.length === 0 ? why : `${why}; not taken back: ${left.join('; ')}`;
  const lost = await note(a, { is: 'end', at: a.clock.now(), outcome, why: words });
  return { outcome, why: lost === undefined ? words : `${words}; ${lost}` };
}

/** @returns Why it could not be taken back. */
async function undoStep(a: Applying, step: Step): Promise<string | undefined> {
  const at = () => a.clock.now();
  await note(a, { is: 'undo', at: at(), step: step.id });
  try {
    const { found, now, problem } = await revert(a, step);
    if (problem === undefined) {
      await note(a, { is: 'undone', at: at(), step: step.id, found, now });
      a.tell(wordsOfUndo(step, found === now));
      return undefined;
    }
    await note(a, { is: 'left', at: at(), step: step.id, why: problem });
    a.tell(`left: ${step.id}: ${problem}`);
    return problem;
  } catch (error) {
    const problem = wordsOf(error);
    await note(a, { is: 'left', at: at(), step: step.id, why: problem });
    a.tell(`left: ${step.id}: ${problem}`);
    return problem;
  }
}

function wordsOfUndo({ id, change, undoes }: Step, wasBack: boolean): string {
  if (!handFor(change).reversible) return `nothing to take back: ${id}`;
  return wasBack ? `was back already: ${id}` : `taken back: ${undoes}`;
}

interface Reverted {
  readonly found: string;
  readonly now: string;
  readonly problem?: string;
}

async function revert(a: Applying, step: Step): Promise<Reverted> {
  const hand = handFor(step.change);
  const context = contextOf(a, step);
  const begun = standNow(a).begun.findLast((entry) => entry.step === step.id)?.found ?? '';
  if (!hand.reversible) return { found: '', now: '' };
  await withAccess(a, step, context);
  const found = await hand.read(step.change, context);
  const standing = hand.judge(step.change, found, begun);
  if (standing === 'from') return { found, now: found };
  if (standing !== 'to') {
    return { found, now: found, problem: `somebody else has changed it since: it is "${found}"` };
  }
  const written = await hand.write(step.change, 'undo', { ...context, begun });
  if (hand.judge(step.change, written.now, begun) === 'from') {
    await hand.settle?.(step.change, context);
    return written;
  }
  const problem = written.failure ?? `it still is "${written.now}"`;
  return { ...written, problem };
}

/**
 * A run that was killed a moment ago may have left a script on its way, which nobody can call back.
 * What has not arrived by then was lost with its connection.
 */
async function untilHeard({ journal, clock, signal }: Applying): Promise<void> {
  const last = journal.entries.at(-1);
  const ended = last === undefined || last.is === 'end' || last.is === 'verified';
  const waitMs = ended ? 0 : last.at + ON_ITS_WAY_MS - clock.now();
  if (waitMs > 0 && waitMs <= ON_ITS_WAY_MS) await clock.wait(waitMs, signal);
}

/**
 * Gets to the host again. Where the step has cut our way, the timer over there will have opened it
 * when its time is over; where not, the timer must not take the same back beside us.
 */
async function withAccess(a: Applying, step: Step, context: HandContext): Promise<void> {
  if (step.guard?.how !== 'far-timer') return;
  const timer = { id: guardId(a, step), afterSeconds: step.guard.afterSeconds };
  const end = a.clock.now() + (timer.afterSeconds + 15) * 1000;
  for (;;) {
    try {
      await disarmGuard(timer, context);
      return;
    } catch (error) {
      a.signal.throwIfAborted();
      if (a.clock.now() >= end) throw error;
      a.tell(`${step.hostName} does not answer: waiting for its own timer (${wordsOf(error)})`);
    }
    await a.clock.wait(1000, a.signal);
    await a.reach.anew(step.vantage, a.signal).catch(() => a.signal.throwIfAborted());
  }
}
