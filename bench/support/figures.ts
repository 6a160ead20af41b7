import { performance } from 'node:perf_hooks';
import { writeIpv4 } from '../../src/model/address.ts';

/** How long one call takes, in milliseconds. */
export function timeMs(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** A repeatable stream of numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// Share of each prefix length in a public IPv4 table of 901,899 prefixes, in per cent.
const LENGTHS: readonly (readonly [number, number])[] = [
  [8, 0.002],
  [9, 0.001],
  [10, 0.004],
  [11, 0.011],
  [12, 0.033],
  [13, 0.064],
  [14, 0.133],
  [15, 0.233],
  [16, 1.5],
  [17, 0.91],
  [18, 1.53],
  [19, 2.76],
  [20, 4.73],
  [21, 5.63],
  [22, 12.04],
  [23, 10.7],
  [24, 59.62],
  [32, 0.1],
];

/** Distinct IPv4 prefixes with the lengths of a public table, the same ones every time. */
export function randomPrefixes(count: number, seed = 1): string[] {
  const next = random(seed);
  const total = LENGTHS.reduce((sum, [, share]) => sum + share, 0);
  const found = new Set<string>();
  while (found.size < count) {
    const length = lengthAt(next() * total);
    const address = Math.floor((1 + next() * 222) * 2 ** 24);
    const mask = (0xffffffff << (32 - length)) >>> 0;
    found.add(`${writeIpv4((address & mask) >>> 0)}/${length}`);
  }
  return [...found];
}

/** The length at a place on the line on which each length is as long as its share. */
function lengthAt(place: number): number {
  let end = 0;
  for (const [length, share] of LENGTHS) {
    end += share;
    if (place < end) return length;
  }
  return 24;
}
