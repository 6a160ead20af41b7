import { byHandScripts, readByHand } from '../apply/by-hand-scripts.ts';
import type { CheckResult } from '../apply/checks.ts';
import { newPasteTag, pasteLine } from '../collect/paste/paste-line.ts';
import { readPasted } from '../collect/paste/read-pasted.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Plan } from '../model/plan.ts';

/** Three lines for a shell that only a person can reach; each brings back what it did. */
export interface PasteFix {
  readonly change: string;
  readonly check: string;
  readonly undo: string;
}

/** @throws {OutsideError} If nothing of the plan can be typed into a shell. */
export async function pasteFix(
  plan: Plan,
  { sudo }: { readonly sudo: boolean },
): Promise<PasteFix> {
  const scripts = byHandScripts(plan);
  if (!scripts) throw nothingTyped('print the plan as lines for a shell');
  const line = (code: string) => pasteLine(code, { tag: newPasteTag(), sudo });
  const [change, check, undo] = await Promise.all([
    line(scripts.change),
    line(scripts.check),
    line(scripts.undo),
  ]);
  return { change, check, undo };
}

/**
 * What a line of {@link pasteFix} did, by what a person copied out of that shell.
 *
 * @throws {OutsideError} If nothing of the plan can be typed into a shell, or the answer is not
 *   whole, with which part is missing.
 */
export async function pastedResult(plan: Plan, text: string): Promise<readonly CheckResult[]> {
  if (!byHandScripts(plan)) throw nothingTyped('judge the answer by the plan');
  const pasted = await readPasted(text);
  if (pasted.is === 'broken') {
    throw new OutsideError({ doing: 'read the answer', found: pasted.why, next: pasted.next });
  }
  return readByHand(plan, pasted.output);
}

function nothingTyped(doing: string): OutsideError {
  const next = 'do what stands under "you"';
  return new OutsideError({ doing, found: 'no step of it is done by a shell', next });
}
