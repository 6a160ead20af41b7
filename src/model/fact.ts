import * as z from 'zod';

/**
 * A value we may or may not have been able to see.
 *
 * "Not seen" is never the same as "not there": a cause that needs a missing fact answers
 * `unknown`, it does not answer `absent`.
 */
export type Fact<T> =
  | {
      readonly seen: true;
      readonly value: T;
      /** The command or request it was read by, as a person would type it on that host. */
      readonly from: string;
      /** Milliseconds since the epoch, on the clock of the program, not of the host. */
      readonly readAtUnixMs: number;
    }
  | {
      readonly seen: false;
      /** Why it could not be seen, naming what was tried. */
      readonly why: string;
      /** What would reveal it. */
      readonly next?: string | undefined;
    };

/** The schema of a fact about `value`. */
export function factOf<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('seen', [
    z.object({ seen: z.literal(true), value, from: z.string(), readAtUnixMs: z.number() }),
    z.object({ seen: z.literal(false), why: z.string(), next: z.string().optional() }),
  ]);
}

export function seen<T>(value: T, from: string, readAtUnixMs: number): Fact<T> {
  return { seen: true, value, from, readAtUnixMs };
}

export function missing<T>(why: string, next?: string): Fact<T> {
  return next === undefined ? { seen: false, why } : { seen: false, why, next };
}

/** The same fact with its value turned into another; a missing fact stays missing. */
export function mapFact<T, U>(fact: Fact<T>, turn: (value: T) => U): Fact<U> {
  return fact.seen ? { ...fact, value: turn(fact.value) } : fact;
}
