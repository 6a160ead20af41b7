import type { Step } from '../model/plan.ts';
import { type JournalEntry, type RunStand, type StepStand, standOf } from '../model/run.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/run-store.ts';
import type { HandContext, Reach } from './hand.ts';

/** What every part of a run works with. */
export interface Applying {
  readonly journal: Journal;
  readonly reach: Reach;
  readonly clock: Clock;
  /** Ends the run early, as a step that fails does. */
  readonly signal: AbortSignal;
  /** One line for each thing that was done, for people who wait. */
  readonly tell: (line: string) => void;
}

/** How a run ended, and what a person should know of it. */
export interface RunResult {
  readonly outcome: RunStand['outcome'];
  readonly why: string;
  /** False where it was applied without what makes it last, although that was asked for. */
  readonly lasts?: boolean;
}

export function contextOf(a: Applying, step: Step): HandContext {
  const { reach, clock, signal, tell } = a;
  return { reach, clock, signal, tell, vantage: step.vantage };
}

export function standNow({ journal }: Applying): RunStand {
  return standOf(journal.entries);
}

/** Whether a step may be in force, or half so. */
export function isHalfDone(stand: StepStand | undefined): boolean {
  return stand === 'begun' || stand === 'left';
}

/**
 * Records what was taken back. A full disk must not stop that: the undo of each step is on the disk
 * already, and taking back twice does no harm.
 *
 * @returns What was wrong with the journal.
 */
export async function note(
  { journal }: Applying,
  entry: JournalEntry,
): Promise<string | undefined> {
  try {
    await journal.append(entry);
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

/** The timer on the far host belongs to one step of one run. */
export function guardId({ journal }: Applying, step: Step): string {
  return `${journal.id}-${step.id}`.slice(0, 80);
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
