import type { Step } from '../model/plan.ts';
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
  const done = missed.length === 0 ? 'every step' : 'the fix';
  const left = missed.flatMap(({ step, left }) =>
    left === undefined ? [] : `${step.id}: ${left}`,
  );
  const why = [
    `${done} was done and checked`,
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

function listed(what: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${what}: ${items.join('; ')}`];
}
