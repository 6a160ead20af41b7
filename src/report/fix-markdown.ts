import type { Checklist } from '../model/checklist.ts';
import type { Step } from '../model/plan.ts';
import { type JournalEntry, type StepStand, standOf } from '../model/run.ts';
import { timeline } from './run-text.ts';
import { stepPlace } from './step-place.ts';

/** What was done about a diagnosis. */
export interface Done {
  readonly runId: string;
  readonly entries: readonly JournalEntry[];
  /** The last look at all of it, where there was one. */
  readonly checklist?: Checklist | undefined;
}

const STAND: Readonly<Record<StepStand, string>> = {
  waiting: 'not done yet',
  skipped: 'it was so already',
  begun: 'begun, and neither done nor taken back',
  done: 'done',
  undone: 'taken back',
  left: 'could not be taken back',
};

/** The section of a write-up that tells what was changed, how it is taken back, and when it was done. */
export function fixDone({ runId, entries }: Done, utcOffsetMinutes: number): string {
  const { plan, steps } = standOf(entries);
  return [
    '## Fix',
    plan.steps.map((step) => stepItem(step, steps.get(step.id) ?? 'waiting')).join('\n'),
    `To take it back: \`returnpath undo ${runId}\``,
    '### Timeline',
    timeline(entries, utcOffsetMinutes)
      .map((line) => `- ${line}`)
      .join('\n'),
  ].join('\n\n');
}

function stepItem(step: Step, stand: StepStand): string {
  const { what, does, change, hostName } = step;
  const isPersons = change.kind === 'person';
  const state = isPersons ? 'for a person to do' : STAND[stand];
  const place = isPersons ? hostName : stepPlace(step).prompt.replace(/\$$/, '');
  return [
    `- ${what} (${state}). On ${place}:`,
    '  ```console',
    ...does.split('\n').map((line) => `  ${line}`),
    '  ```',
  ].join('\n');
}
