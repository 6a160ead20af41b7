import type { Ranges4 } from './ranges.ts';

/**
 * A table flattened for bulk lookups: one entry for each /24, and blocks of 256 for those that hold
 * longer prefixes. One or two memory accesses an address, 32 MiB plus 512 bytes a block.
 *
 * Known as DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998; DPDK rte_lpm).
 */
export interface Dir24 {
  /** Value of each /24; with the top bit set, the number of its block. */
  readonly slots: Uint16Array;
  readonly blocks: Uint16Array;
}

/** Value of an address that no prefix covers. */
export const NO_VALUE = 0;
const BLOCK = 0x8000;

/**
 * @param valueOfPrefix A small number for each prefix, from 1 to 32,767: its nexthop, say.
 * @throws {RangeError} When more than 32,768 /24s hold longer prefixes, or a value is out of range.
 */
export function buildDir24({ start, owner }: Ranges4, valueOfPrefix: Uint16Array): Dir24 {
  checkValues(valueOfPrefix);
  const slots = new Uint16Array(1 << 24);
  const blocks = new Uint16Array(256 * countSplit(start));
  let used = 0;
  for (let range = 0; range < start.length; range++) {
    const prefix = owner[range] as number;
    if (prefix < 0) continue;
    const value = valueOfPrefix[prefix] as number;
    const first = start[range] as number;
    const last = range + 1 < start.length ? (start[range + 1] as number) - 1 : 0xffffffff;
    const lastSlot = last >>> 8;
    let slot = first >>> 8;
    // the /24s at both ends may be shared with other ranges, those between are not
    if ((first & 0xff) !== 0 || (slot === lastSlot && (last & 0xff) !== 0xff)) {
      fillPart(slot, value, first & 0xff, slot === lastSlot ? last & 0xff : 0xff);
      if (slot++ === lastSlot) continue;
    }
    const whole = (last & 0xff) === 0xff ? lastSlot : lastSlot - 1;
    for (; slot <= whole; slot++) slots[slot] = value;
    if (whole < lastSlot) fillPart(lastSlot, value, 0, last & 0xff);
  }
  return { slots, blocks };

  function fillPart(slot: number, value: number, from: number, to: number): void {
    if (((slots[slot] as number) & BLOCK) === 0) slots[slot] = BLOCK | used++;
    const base = ((slots[slot] as number) & ~BLOCK) << 8;
    blocks.fill(value, base + from, base + to + 1);
  }
}

function checkValues(values: Uint16Array): void {
  const at = values.findIndex((value) => value === NO_VALUE || value >= BLOCK);
  if (at >= 0) {
    throw new RangeError(`Cannot index a table: value of prefix ${at} is ${values[at]}`);
  }
}

/** /24s in which a range begins elsewhere than at their first address. */
function countSplit(start: Uint32Array): number {
  let count = 0;
  let last = -1;
  for (let range = 0; range < start.length; range++) {
    const first = start[range] as number;
    if ((first & 0xff) === 0 || first >>> 8 === last) continue;
    last = first >>> 8;
    count++;
  }
  if (count > BLOCK) {
    throw new RangeError(`Cannot index a table: ${count} /24s hold longer prefixes`);
  }
  return count;
}

/** The value of one address, `NO_VALUE` for none. */
export function valueAt({ slots, blocks }: Dir24, address: number): number {
  const entry = slots[address >>> 8] as number;
  return entry & BLOCK ? (blocks[((entry & ~BLOCK) << 8) | (address & 0xff)] as number) : entry;
}

/** Addresses whose answers are set right together, when some of them lie in a block. */
const CHUNK = 1024;

/**
 * The values of many addresses at once.
 *
 * Eight a turn, because what such a lookup costs is waiting for memory, and this way the processor
 * waits for many at a time: three times as fast as one by one.
 */
export function valuesAt(index: Dir24, addresses: Uint32Array, values: Uint16Array): void {
  for (let from = 0; from < addresses.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, addresses.length);
    const seen = slotsOf(index.slots, { addresses, values, from, to });
    if ((seen & BLOCK) === 0) continue;
    for (let at = from; at < to; at++) {
      const entry = values[at] as number;
      if (entry & BLOCK) values[at] = valueAt(index, addresses[at] as number);
    }
  }
}

/** The entries of the /24s; returns all their bits together. */
function slotsOf(
  t: Uint16Array,
  {
    addresses: q,
    values: v,
    from,
    to,
  }: { addresses: Uint32Array; values: Uint16Array; from: number; to: number },
): number {
  let seen = 0;
  let i = from;
  for (; i + 7 < to; i += 8) {
    const a = t[(q[i] as number) >>> 8] as number;
    const b = t[(q[i + 1] as number) >>> 8] as number;
    const c = t[(q[i + 2] as number) >>> 8] as number;
    const d = t[(q[i + 3] as number) >>> 8] as number;
    const e = t[(q[i + 4] as number) >>> 8] as number;
    const f = t[(q[i + 5] as number) >>> 8] as number;
    const g = t[(q[i + 6] as number) >>> 8] as number;
    const h = t[(q[i + 7] as number) >>> 8] as number;
    v[i] = a;
    v[i + 1] = b;
    v[i + 2] = c;
    v[i + 3] = d;
    v[i + 4] = e;
    v[i + 5] = f;
    v[i + 6] = g;
    v[i + 7] = h;
    seen |= a | b | c | d | e | f | g | h;
  }
  for (; i < to; i++) seen |= v[i] = t[(q[i] as number) >>> 8] as number;
  return seen;
}
