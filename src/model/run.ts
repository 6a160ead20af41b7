import * as z from 'zod';
import { Change, Plan, type Step } from './plan.ts';

const at = z.number();
const step = z.string();

/**
 * One line of a run's journal. Lines are only ever added, and each is on the disk before what it
 * announces is done: `begin` holds the undo of a step that may or may not have been applied.
 */
export const JournalEntry = z.discriminatedUnion('is', [
  z.object({ is: z.literal('planned'), at, plan: Plan }),
  /** The value was as wanted already, so nothing was done and nothing will be undone. */
  z.object({ is: z.literal('skipped'), at, step, found: z.string() }),
  z.object({
    is: z.literal('begin'),
    at,
    step,
    found: z.string(),
    change: Change,
    /** How a person takes it back. */
    undoes: z.string(),
    guard: z.string().optional(),
  }),
  z.object({ is: z.literal('written'), at, step, now: z.string() }),
  z.object({
    is: z.literal('checked'),
    at,
    step,
    ok: z.boolean(),
    lines: z.array(z.string()),
  }),
  z.object({ is: z.literal('done'), at, step }),
  z.object({ is: z.literal('failed'), at, step, why: z.string() }),
  z.object({ is: z.literal('undo'), at, step }),
  z.object({ is: z.literal('undone'), at, step, found: z.string(), now: z.string() }),
  /** It could not be taken back, or was no longer ours to take back. */
  z.object({ is: z.literal('left'), at, step, why: z.string() }),
  z.object({ is: z.literal('verified'), at, ok: z.boolean(), lines: z.array(z.string()) }),
  z.object({
    is: z.literal('end'),
    at,
    outcome: z.enum(['applied', 'undone', 'unfinished']),
    why: z.string(),
  }),
]);
export type JournalEntry = z.infer<typeof JournalEntry>;

/** What became of one step, as far as the journal tells. */
export type StepStand =
  | 'waiting'
  | 'skipped'
  /** Begun: it may or may not have reached the host. */
  | 'begun'
  | 'done'
  | 'undone'
  | 'left';

/** A run as its journal tells it. */
export interface RunStand {
  readonly plan: Plan;
  readonly steps: ReadonlyMap<string, StepStand>;
  /** Of begun steps, newest last: what is taken back from the end. */
  readonly begun: readonly (JournalEntry & { readonly is: 'begin' })[];
  readonly outcome: 'applied' | 'undone' | 'unfinished';
}

/** @throws {RangeError} If the journal does not begin with a plan. */
export function standOf(entries: readonly JournalEntry[]): RunStand {
  const [first] = entries;
  if (first?.is !== 'planned') throw new RangeError('Cannot read a run without its plan');
  const steps = new Map<string, StepStand>(first.plan.steps.map(({ id }) => [id, 'waiting']));
  const begun: (JournalEntry & { is: 'begin' })[] = [];
  let outcome: RunStand['outcome'] = 'unfinished';
  for (const entry of entries) {
    if (entry.is === 'begin') begun.push(entry);
    if (entry.is === 'end') outcome = entry.outcome;
    else if (entry.is === 'begin' || entry.is === 'undo') outcome = 'unfinished';
    if ('step' in entry) steps.set(entry.step, standAfter(entry, steps.get(entry.step)));
  }
  return { plan: first.plan, steps, begun, outcome };
}

/** Steps that would make it last and that nobody has done, or been told of, yet. */
export function leftForLater({ plan, steps }: Pick<RunStand, 'plan' | 'steps'>): readonly Step[] {
  const isOver = ({ id }: Step) => /^(?:done|skipped)$/.test(steps.get(id) ?? '');
  return plan.steps.filter((step) => step.when === 'later' && !isOver(step));
}

function standAfter(entry: JournalEntry, before: StepStand = 'waiting'): StepStand {
  switch (entry.is) {
    case 'skipped':
      return 'skipped';
    case 'begin':
      return 'begun';
    case 'done':
      return 'done';
    case 'undo':
      return 'begun';
    case 'undone':
      return 'undone';
    case 'left':
      return 'left';
    default:
      return before;
  }
}
