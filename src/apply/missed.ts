import type { Step } from '../model/plan.ts';
import { leftForLater, type RunStand } from '../model/run.ts';
import { type Applying, isHalfDone, note, type RunResult, standNow } from './applying.ts';
import { handFor } from './hands.ts';
import { takeBackStep } from './undo-run.ts';

/** A step that failed and leaves the fix as it is. */
export interface Missed {
  readonly step: Step;
  readonly why: string;
  /** Why it could not be taken back. */
  readonly left: string | undefined;
}

/**
 * The path is mended and proven before pods are restarted and before it is made to last. Where one
 * of those fails, taking the fix back would do no more than bring the outage back.
 */
export function isOfTheFix({ when, change }: Step): boolean {
  return when === 'now' && change.kind !== 'restart-pods';
}

/** Takes back what was begun of that step, and nothing else. */
export async function withoutIt(a: Applying, step: Step, why: string): Promise<Missed> {
  const isOurs = isHalfDone(standNow(a).steps.get(step.id)) && handFor(step.change).reversible;
  return { step, why, left: isOurs ? await takeBackStep(a, step) : undefined };
}

/** Ends a run whose fix itself is done. */
export async function endApplied(a: Applying, missed: readonly Missed[]): Promise<RunResult> {
  const left = missed.flatMap(({ step, left }) =>
    left === undefined ? [] : `${step.id}: ${left}`,
  );
  const why = [
    ...doneWords(standNow(a), missed),
    ...listed(
      'not done',
      missed.map((one) => `${one.step.id}: ${one.why}`),
    ),
    ...listed('not taken back', left),
  ].join('; ');
  const outcome = left.length === 0 ? 'applied' : 'unfinished';
  await note(a, { is: 'end', at: a.clock.now(), outcome, why });
  return { outcome, why, lasts: !missed.some(({ step }) => step.when === 'later') };
}

/** How much was done, and what of the rest is for later or for a person, of whom nobody knows. */
function doneWords(stand: RunStand, missed: readonly Missed[]): string[] {
  const failed = missed.map(({ step }) => step.id);
  const forYou = stand.plan.steps.filter(({ change }) => change.kind === 'person');
  const later = leftForLater(stand).filter(
    (step) => !forYou.includes(step) && !failed.includes(step.id),
  );
  const all = forYou.length > 0 ? 'every step for this program' : 'every step';
  const done = later.length > 0 ? 'every step for now' : all;
  return [
    `${missed.length > 0 ? 'the fix' : done} was done and checked`,
    ...listed('left for later', later.map(idOf)),
    ...listed('for you to do', forYou.map(idOf)),
  ];
}

const idOf = ({ id }: Step) => id;

function listed(what: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${what}: ${items.join('; ')}`];
}
