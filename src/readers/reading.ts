/** A line that could not be taken as it stands. */
export interface Problem {
  /** Counted from 1, in the text that was given. */
  readonly line: number;
  /** The line, cut to {@link SHOWN_CHARACTERS}. */
  readonly text: string;
  readonly why: string;
}

/**
 * What a text says, and what was wrong with it.
 *
 * A reader never throws on bad input and never guesses: what it cannot understand is in
 * `problems`, what the form of the text cannot show at all is in `lacks`.
 */
export interface Reading<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
  /** What this form does not print, each a phrase that completes "does not show …". */
  readonly lacks?: readonly string[];
}

const SHOWN_CHARACTERS = 200;
/** Output of the far side is not trusted to be short; after this many only a count is kept. */
const MAX_PROBLEMS = 100;

/** Gathers problems, up to a bound. */
export interface ProblemLog {
  readonly list: readonly Problem[];
  add(line: number, text: string, why: string): void;
}

export function problemLog(): ProblemLog {
  const list: Problem[] = [];
  let more = 0;
  return {
    list,
    add(line, text, why) {
      if (list.length < MAX_PROBLEMS) {
        list.push({ line, text: text.trim().slice(0, SHOWN_CHARACTERS), why });
        return;
      }
      more += 1;
      list[MAX_PROBLEMS] = { line, text: '', why: `and ${more} more` };
    },
  };
}

/** A reading; an empty list of lacks is left out. */
export function reading<T>(value: T, log: ProblemLog, lacks: readonly string[] = []): Reading<T> {
  return lacks.length > 0 ? { value, problems: log.list, lacks } : { value, problems: log.list };
}
