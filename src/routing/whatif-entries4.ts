import type { Route } from '../model/network.ts';
import { sortByPrefix } from './sort-prefixes.ts';
import { endOf, firstOf, LENGTHS, packedStretch } from './whatif-edges4.ts';
import { isPlainRoute } from './whatif-plain4.ts';
import type { BothStates, Stretch } from './whatif-question.ts';

/** Routes of both states in columns, and their order by prefix. */
export interface Entries4 {
  readonly route: readonly Route[];
  readonly network: Uint32Array;
  readonly length: Uint8Array;
  /** Which of the asked tables it is of, as a place in their list. */
  readonly slot: Uint8Array;
  /** Bits of the states it is in. */
  readonly states: Uint8Array;
  readonly order: Int32Array;
}

export const BEFORE = 1;
export const AFTER = 2;

/** The routes of the asked tables that overlap the reach; `undefined` if one is not plain. */
export function entriesOf(
  { before, after }: BothStates,
  { tables, reach }: { readonly tables: readonly number[]; readonly reach: readonly Stretch[] },
): Entries4 | undefined {
  const own = new Set(before.addresses.map(({ local }) => local));
  const isNear = overlapping(reach);
  const old = before.routes.ipv4;
  const now = after.routes.ipv4;
  const route: Route[] = [];
  const packed = new Float64Array(old.length + now.length);
  const states = new Uint8Array(packed.length);
  const slot = new Uint8Array(packed.length);
  /** Default routes by state and table: neighbours decide among several. */
  const defaults = new Uint8Array(2 * tables.length);

  /** False when the route is near and not plain. */
  const take = (taken: Route, bits: number): boolean => {
    const place = tables.indexOf(taken.table);
    if (place < 0) return true;
    const bounds = packedStretch(taken.prefix);
    if (!isNear(bounds)) return true;
    const at = route.push(taken) - 1;
    packed[at] = bounds;
    states[at] = bits;
    slot[at] = place;
    if (bounds % LENGTHS === 0) {
      if (bits & BEFORE && (defaults[2 * place] as number)++ > 0) return false;
      if (bits & AFTER && (defaults[2 * place + 1] as number)++ > 0) return false;
    }
    return isPlainRoute(taken, own);
  };
  if (!eachOfBoth(old, now, take)) return undefined;

  const network = new Uint32Array(route.length);
  const length = new Uint8Array(route.length);
  for (let at = 0; at < route.length; at++) {
    network[at] = firstOf(packed[at] as number);
    length[at] = (packed[at] as number) % LENGTHS;
  }
  return { route, network, length, slot, states, order: sortByPrefix(network, length) };
}

/**
 * Goes through two lists that share most of their values in the same order, each value once.
 *
 * @returns False as soon as `take` does.
 */
function eachOfBoth(
  old: readonly Route[],
  now: readonly Route[],
  take: (route: Route, bits: number) => boolean,
): boolean {
  let at = 0;
  for (const value of now) {
    const found = at < old.length && old[at] !== value ? old.indexOf(value, at) : at;
    if (found < 0 || found === old.length) {
      if (!take(value, AFTER)) return false;
      continue;
    }
    for (; at < found; at++) if (!take(old[at] as Route, BEFORE)) return false;
    if (!take(value, BEFORE | AFTER)) return false;
    at += 1;
  }
  for (; at < old.length; at++) if (!take(old[at] as Route, BEFORE)) return false;
  return true;
}

/** A test for packed stretches; fast when asked in about ascending order. */
function overlapping(reach: readonly Stretch[]): (packed: number) => boolean {
  const firsts = Float64Array.from(reach, ([first]) => first);
  const lasts = Float64Array.from(reach, ([, last]) => last);
  const count = lasts.length;
  let hint = 0;
  return (packed) => {
    const first = firstOf(packed);
    const isAfter = hint === 0 || (lasts[hint - 1] as number) < first;
    let low = isAfter ? hint : 0;
    let high = isAfter && (lasts[hint] ?? -1) >= first ? hint : count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((lasts[middle] as number) < first) low = middle + 1;
      else high = middle;
    }
    hint = low;
    return low < count && (firsts[low] as number) < endOf(packed);
  };
}
