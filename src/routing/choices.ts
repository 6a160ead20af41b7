/**
 * Where the kernel's answer hangs on something that was not seen (a hash seed, which default route
 * it used last, whether two tries are merged), the walk asks here which way to go. Asking again and
 * again until every way was gone yields the set of possible answers, without the walk knowing.
 */
export interface Choices {
  /** One of `count` ways, for this one place. `doubt` tells what would decide. */
  pick(count: number, doubt: () => string): number;
  /** The same, but one fact: every place that asks by this name is told the same. */
  settle(fact: string, count: number): number;
}

/** Always the first way: for speed, where one possible answer is enough. */
export const FIRST_CHOICE: Choices = { pick: () => 0, settle: () => 0 };

/** How many ways are followed before the rest is left out and said to be. */
const MOST_WAYS = 4096;

export interface Outcomes<T> {
  readonly outcomes: readonly T[];
  /** What was asked, in order of first asking. */
  readonly doubts: readonly string[];
}

/** Runs `run` once for every combination of choices it asks for, in order, depth first. */
export function everyOutcome<T>(run: (choices: Choices) => T): Outcomes<T> {
  const outcomes: T[] = [];
  const doubts = new Set<string>();
  const ways: { taken: number; count: number }[] = [];
  const settled = new Map<string, number>();
  let at = 0;
  const next = (count: number) => {
    const way = ways[at] ?? { taken: 0, count };
    ways[at++] = way;
    return way.taken;
  };
  const choices: Choices = {
    pick(count, doubt) {
      if (count < 2) return 0;
      doubts.add(doubt());
      return next(count);
    },
    settle(fact, count) {
      const known = settled.get(fact);
      if (known !== undefined) return known;
      doubts.add(fact);
      const taken = next(count);
      settled.set(fact, taken);
      return taken;
    },
  };
  do {
    at = 0;
    settled.clear();
    outcomes.push(run(choices));
    advance(ways);
  } while (ways.length > 0 && outcomes.length < MOST_WAYS);
  if (ways.length > 0) doubts.add(`more than ${MOST_WAYS} combinations of the above`);
  return { outcomes, doubts: [...doubts] };
}

/** To the next combination; leaves nothing when there is none. */
function advance(ways: { taken: number; count: number }[]): void {
  for (let last = ways.at(-1); last; last = ways.at(-1)) {
    if (++last.taken < last.count) return;
    ways.pop();
  }
}
