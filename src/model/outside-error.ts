/** What went wrong outside, as a sentence in parts. */
export interface OutsideProblem {
  /** Completes "Cannot …": `read the rules of "truenas"`. */
  readonly doing: string;
  /** What came instead, as close to the raw words as is safe to print. Never a secret. */
  readonly found: string;
  /** What a person can do about it. */
  readonly next?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A machine, API or file did not behave as documented.
 *
 * Only `platform/` and `lab/` throw it. `collect/` makes it a missing fact; `cli/` prints it.
 * Wrong arguments inside the program are `TypeError` or `RangeError` instead.
 */
export class OutsideError extends Error {
  override readonly name = 'OutsideError';
  readonly doing: string;
  readonly found: string;
  readonly next: string | undefined;

  constructor({ doing, found, next, cause }: OutsideProblem) {
    super(`Cannot ${doing}: ${found}`, { cause });
    this.doing = doing;
    this.found = found;
    this.next = next;
  }
}
