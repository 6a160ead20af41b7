import { OutsideError } from '../model/outside-error.ts';
import type { Step } from '../model/plan.ts';
import { atMost } from '../ports/at-most.ts';
import {
  type Applying,
  contextOf,
  guardId,
  isHalfDone,
  note,
  type RunResult,
  standNow,
  wordsOf,
} from './applying.ts';
import { failedChecks, makeChecks } from './checks.ts';
import { armGuard, disarmGuard, type FarTimer, timerWaits } from './guard.ts';
import type { Hand, HandContext, Standing, Written } from './hand.ts';
import { handFor } from './hands.ts';
import { endApplied, isOfTheFix, type Missed, withoutIt } from './missed.ts';
import { ON_ITS_WAY_MS, takeBack } from './undo-run.ts';

/**
 * Carries out the steps of a run that are not done yet, in order, each with its check. The same
 * for a fresh run and for one that was killed half way: what was begun is looked at first, and
 * written only if it has not been. When a step of the fix itself fails, everything begun is taken
 * back; when another fails, no more than that one. Never rejects for what the outside does.
 *
 * @param when Which steps to do, beside those that were begun already.
 */
export async function applyRun(a: Applying, when: readonly Step['when'][]): Promise<RunResult> {
  const { plan, steps } = standNow(a);
  const missed: Missed[] = [];
  for (const step of plan.steps) {
    if (!when.includes(step.when) && !isHalfDone(steps.get(step.id))) continue;
    try {
      a.signal.throwIfAborted();
      await carryOut(a, step);
    } catch (error) {
      const why = await noteFailure(a, step, error);
      if (isOfTheFix(step)) return takeBack(a, why);
      missed.push(await withoutIt(a, step, why));
    }
  }
  return endApplied(a, missed);
}

async function carryOut(a: Applying, step: Step): Promise<void> {
  const stand = standNow(a);
  const at = stand.steps.get(step.id);
  if (at === 'skipped') return tellPerson(a, step);
  const hand = handFor(step.change);
  const context = contextOf(a, step);
  if (at === 'done' && !(await isGone(a, step, context))) return;
  // one that could not be taken back is still ours, and must stay so
  const earlier = isHalfDone(at)
    ? stand.begun.findLast((entry) => entry.step === step.id)
    : undefined;
  const found = await hand.read(step.change, context);
  const standing = hand.judge(step.change, found, earlier?.found);
  if (!earlier && (standing === 'to' || standing === 'serves')) return skip(a, step, found);
  if (standing !== 'from' && standing !== 'to') throw changedMeanwhile(step, found);
  const begun = earlier?.found ?? found;
  if (!earlier) await begin(a, step, found);
  if (standing === 'from' && !(await write(a, step, { hand, context, begun })) && !earlier) {
    return skip(a, step, 'somebody else has just done it');
  }
  await hand.settle?.(step.change, context);
  await check(a, step, context);
  await keep(a, step, { hand, context, begun });
  await a.journal.append({ is: 'done', at: a.clock.now(), step: step.id });
  a.tell(`done: ${step.what}`);
}

/** Rules do not outlive a reboot: what was done may have to be done once more. */
async function isGone(a: Applying, step: Step, context: HandContext): Promise<boolean> {
  const hand = handFor(step.change);
  if (!hand.reversible) return false;
  const now = await hand.read(step.change, context);
  if (hand.judge(step.change, now) !== 'from') return false;
  a.tell(`${step.hostName}: ${step.id} was done and is no more so: doing it again`);
  return true;
}

async function skip(a: Applying, step: Step, found: string): Promise<void> {
  await a.journal.append({ is: 'skipped', at: a.clock.now(), step: step.id, found });
  if (step.change.kind === 'person') tellPerson(a, step);
  else a.tell(`nothing to do, it is so already (${found}): ${step.what}`);
}

/** Again each time: nobody knows whether it was done. */
function tellPerson(a: Applying, { change, does }: Step): void {
  if (change.kind === 'person') a.tell(`for you to do: ${does}`);
}

/** From here on the undo is on the disk. */
async function begin(a: Applying, step: Step, found: string): Promise<void> {
  await a.journal.append({
    is: 'begin',
    at: a.clock.now(),
    step: step.id,
    found,
    change: step.change,
    undoes: step.undoes,
    ...(isGuarded(step) ? { guard: guardId(a, step) } : {}),
  });
}

interface Doing {
  readonly hand: Hand;
  readonly context: HandContext;
  readonly begun: string;
}

/**
 * @returns False when the very change was made in between, by somebody else, whose it then is, or by
 *   a script of ours that a killed run had left on its way.
 */
async function write(a: Applying, step: Step, { hand, context, begun }: Doing): Promise<boolean> {
  if (isGuarded(step)) {
    const timer = timerOf(a, step);
    // one that a killed run left behind is ours as well, and would refuse a second of its name
    await disarmGuard(timer, context);
    const by = await armGuard(step, timer, context);
    a.tell(
      `a ${by === 'systemd' ? 'systemd timer' : 'process'} on ${step.hostName} takes it back in ${timer.afterSeconds} s unless we say that it stays`,
    );
  }
  const onlyIf = isGuarded(step) ? timerWaits(timerOf(a, step)) : undefined;
  const written = await heardOut(a, hand.write(step.change, 'do', { ...context, begun, onlyIf }));
  const was = hand.judge(step.change, written.found, begun);
  const is = hand.judge(step.change, written.now, begun);
  if (is === 'to' && written.failure !== undefined) {
    a.tell(`it is so, although it was said to have failed: ${written.failure}`);
  }
  if (is !== 'to') throw notWritten(step, written, was);
  if (was === 'to') {
    if (isGuarded(step)) await disarmGuard(timerOf(a, step), context);
    return false;
  }
  await a.journal.append({ is: 'written', at: a.clock.now(), step: step.id, now: written.now });
  return true;
}

/**
 * A write that was broken off, by Ctrl-C or by a connection that dropped, may be on its way still: it
 * has to have arrived before anybody looks whether there is something to take back.
 */
async function heardOut(a: Applying, writing: Promise<Written>): Promise<Written> {
  try {
    return await writing;
  } catch (error) {
    await a.clock.wait(ON_ITS_WAY_MS, atMost(2 * ON_ITS_WAY_MS));
    throw error;
  }
}

async function check(a: Applying, step: Step, context: HandContext): Promise<void> {
  const results = await makeChecks(step, context);
  const ok = results.every((result) => result.ok);
  const lines = results.map(({ line }) => line);
  await a.journal.append({ is: 'checked', at: a.clock.now(), step: step.id, ok, lines });
  for (const line of lines) a.tell(line);
  if (!ok) throw failedChecks(results);
}

/** Proves over a new connection that we can still get there, then tells the far host to keep it. */
async function keep(a: Applying, step: Step, { hand, context, begun }: Doing): Promise<void> {
  if (!isGuarded(step)) return;
  const timer = timerOf(a, step);
  const patience = atMost(Math.max(1, timer.afterSeconds * 0.8) * 1000, a.signal);
  await a.reach.anew(step.vantage, patience);
  const kept = await disarmGuard(timer, context);
  const now = await hand.read(step.change, context);
  if (hand.judge(step.change, now, begun) !== 'to') {
    throw new OutsideError({
      doing: `keep "${step.id}"`,
      found: kept ? `it is "${now}" again` : 'the timer on the far host has taken it back',
    });
  }
  a.tell(`${step.hostName} answers over a new connection: it stays`);
}

function timerOf(a: Applying, step: Step): FarTimer {
  return { id: guardId(a, step), afterSeconds: step.guard?.afterSeconds ?? 0 };
}

function isGuarded({ guard }: Step): boolean {
  return guard?.how === 'far-timer';
}

async function noteFailure(a: Applying, step: Step, error: unknown): Promise<string> {
  const why = a.signal.aborted ? 'interrupted' : wordsOf(error);
  await note(a, { is: 'failed', at: a.clock.now(), step: step.id, why });
  a.tell(`failed: ${why}`);
  if (error instanceof OutsideError && error.next !== undefined) a.tell(`  try: ${error.next}`);
  return why;
}

function changedMeanwhile({ id, hostName }: Step, found: string): OutsideError {
  return new OutsideError({
    doing: `begin "${id}" on ${hostName}`,
    found: `somebody else has changed it: it is "${found}" now`,
    next: 'look again and make a new plan: returnpath fix',
  });
}

function notWritten(
  { id, hostName }: Step,
  { found, now, failure }: Written,
  was: Standing,
): OutsideError {
  if (was === 'other' || was === 'serves') {
    return new OutsideError({
      doing: `do "${id}" on ${hostName}`,
      found: `somebody else has changed it in between: it is "${found}" now`,
    });
  }
  return new OutsideError({
    doing: `do "${id}" on ${hostName}`,
    found: failure ?? `it was accepted and changed nothing: it still is "${now}"`,
  });
}
