/** What two lists do not have in common, by identity. */
export interface Difference<T> {
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** How often a value may be looked for in vain before the lists are taken to share little. */
const MOST_SEARCHES = 64;

/**
 * What has to be removed from one list and added to get the other. Fast for long lists that differ
 * in few places, as a state does before and after a change. A value that moved is in both.
 */
export function differenceOf<T>(before: readonly T[], after: readonly T[]): Difference<T> {
  if (before === after) return { removed: [], added: [] };
  const removed: T[] = [];
  const added: T[] = [];
  let searches = 0;
  let at = 0;
  for (const value of after) {
    if (at < before.length && before[at] === value) {
      at += 1;
      continue;
    }
    if (searches === MOST_SEARCHES) return differenceOfSets(before, after);
    const found = at < before.length ? before.indexOf(value, at) : -1;
    if (found < 0) {
      if (at < before.length) searches += 1;
      added.push(value);
    } else {
      for (; at < found; at++) removed.push(before[at] as T);
      at += 1;
    }
  }
  for (; at < before.length; at++) removed.push(before[at] as T);
  return { removed, added };
}

function differenceOfSets<T>(before: readonly T[], after: readonly T[]): Difference<T> {
  const old = new Set(before);
  const now = new Set(after);
  const kept = before.filter((value) => now.has(value));
  const still = after.filter((value) => old.has(value));
  const moved = new Set(still.filter((value, at) => value !== kept[at]));
  return {
    removed: before.filter((value) => !now.has(value) || moved.has(value)),
    added: after.filter((value) => !old.has(value) || moved.has(value)),
  };
}
