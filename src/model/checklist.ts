import * as z from 'zod';

export const CHECKLIST_VERSION = 1;

/** One thing that must be so when all is well, with what was read. */
export const ChecklistLine = z.object({
  /** Kebab-case and permanent, without what it is about: `service-answers`. */
  id: z.string(),
  /** A phrase: `talos-1 reaches 10.0.0.210:2049`. */
  what: z.string(),
  /**
   * `unknown` where it could not be read; that is neither good nor bad. `later` is not so yet, and a
   * step of the plan that has not been done makes it so.
   */
  is: z.enum(['ok', 'bad', 'unknown', 'later']),
  /** Command and answer, or why it could not be read. */
  evidence: z.string(),
  atUnixMs: z.number().optional(),
});
export type ChecklistLine = z.infer<typeof ChecklistLine>;

/** What is checked after an outage of storage, one look at all of it. */
export const Checklist = z.object({
  schema: z.literal('returnpath/checklist'),
  version: z.literal(CHECKLIST_VERSION),
  atUnixMs: z.number(),
  /** `bad` if any line is, else `unknown` if any is, else `ok`. */
  is: z.enum(['ok', 'bad', 'unknown']),
  lines: z.array(ChecklistLine),
  /**
   * What was found in the cluster that no mended path heals, each with what to look at; nobody
   * touches it. Absent where that was not asked.
   */
  notHealing: z.array(z.string()).optional(),
});
export type Checklist = z.infer<typeof Checklist>;
