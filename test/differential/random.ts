/** A small random source that gives the same numbers for the same seed on every machine. */
export interface Random {
  /** A whole number from 0 to `below - 1`. */
  below(below: number): number;
  /** True once in `n`. */
  oneIn(n: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** The text once in `n`, else nothing. */
  maybe(n: number, text: () => string): string;
  unsigned32(): number;
}

/** mulberry32; good enough to choose test cases. */
export function randomOf(seed: number): Random {
  let state = (seed * 0x9e3779b9) >>> 0;
  const unsigned32 = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (limit: number) => Math.floor((unsigned32() / 2 ** 32) * limit);
  return {
    below,
    unsigned32,
    oneIn: (n) => below(n) === 0,
    pick(from) {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new RangeError('Cannot pick from an empty list');
      return picked;
    },
    maybe: (n, text) => (below(n) === 0 ? ` ${text()}` : ''),
  };
}
