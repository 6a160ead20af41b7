import type { NetworkState } from '../model/network.ts';
import type { Kernel } from './kernel.ts';
import { askedTables, type BothStates } from './whatif-question.ts';

const END = 2 ** 32;

/** Prefixes that the kernel treats in its own way, whatever the tables say. */
const SPECIAL = ['0.0.0.0/32', '127.0.0.0/8', '224.0.0.0/4', '224.0.0.0/24', '255.255.255.255/32'];

/**
 * First addresses of stretches of destinations within which neither state can change its mind,
 * ascending, beginning with 0.
 */
export function edges4(
  both: BothStates,
  sides: readonly { readonly kernel: Kernel }[],
): Uint32Array {
  const { before, after } = both;
  const sameRoutes = before.routes.ipv4 === after.routes.ipv4;
  let edges = Uint32Array.from(smallEdges([before, after]));
  for (const table of askedTables(both, 'ipv4')) {
    for (const { kernel } of sameRoutes ? sides.slice(0, 1) : sides) {
      const starts = kernel.ipv4.table(table)?.ranges.start;
      if (starts) edges = merged(edges, starts);
    }
  }
  return edges;
}

function smallEdges(states: readonly NetworkState[]): readonly number[] {
  const prefixes = states.flatMap(({ rules, addresses }) => [
    ...rules.ipv4.flatMap(({ from, to }) => [from ?? '0.0.0.0/0', to ?? '0.0.0.0/0']),
    ...addresses.filter(({ local }) => !local.includes(':')).map(({ local }) => `${local}/32`),
  ]);
  const edges = new Set<number>([0]);
  for (const prefix of [...SPECIAL, ...prefixes]) {
    const [first, end] = stretchOf(prefix);
    edges.add(first);
    if (end < END) edges.add(end);
  }
  return [...edges].sort((a, b) => a - b);
}

/** First address of a prefix, and the one past its last. */
export function stretchOf(prefix: string): readonly [number, number] {
  const packed = packedStretch(prefix);
  return [firstOf(packed), endOf(packed)];
}

/** A packed stretch is its first address times this, plus its length. */
export const LENGTHS = 64;
const ZERO = 48;
const DOT = 46;

/**
 * First address and length of a canonical IPv4 prefix in one number, for those that go through a
 * million of them.
 */
export function packedStretch(prefix: string): number {
  let first = 0;
  let part = 0;
  let at = 0;
  for (; at < prefix.length; at++) {
    const code = prefix.charCodeAt(at);
    if (code >= ZERO) part = part * 10 + code - ZERO;
    else {
      first = first * 256 + part;
      part = 0;
      // a slash sorts between the dot and the digits
      if (code !== DOT) break;
    }
  }
  if (at === prefix.length) return (first * 256 + part) * LENGTHS + 32;
  let length = 0;
  for (at += 1; at < prefix.length; at++) length = length * 10 + prefix.charCodeAt(at) - ZERO;
  return first * LENGTHS + length;
}

export function firstOf(packed: number): number {
  return Math.floor(packed / LENGTHS);
}

/** The address past the last one. */
export function endOf(packed: number): number {
  return firstOf(packed) + 2 ** (32 - (packed % LENGTHS));
}

/** Both ascending lists in one, without repetitions. */
function merged(a: Uint32Array, b: Uint32Array): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(a.length + b.length);
  let count = 0;
  let atA = 0;
  let atB = 0;
  while (atA < a.length || atB < b.length) {
    const fromA = atA < a.length ? (a[atA] as number) : END;
    const fromB = atB < b.length ? (b[atB] as number) : END;
    if (fromA <= fromB) atA += 1;
    if (fromB <= fromA) atB += 1;
    all[count++] = Math.min(fromA, fromB);
  }
  return all.slice(0, count);
}
