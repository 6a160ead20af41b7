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
 * @param valueOf A small number for each prefix, from 1 to 32,767: its nexthop, say.
 * @throws {RangeError} When more than 32,768 /24s hold longer prefixes, or a value is out of range.
 */
export function buildDir24(ranges: Ranges4, valueOf: Uint16Array): Dir24 {
  const { start, owner } = ranges;
  const slots = new Uint16Array(1 << 24);
  const split = splitSlots(start);
  const blocks = new Uint16Array(split.length * 256);
  for (const [block, slot] of split.entries()) slots[slot] = BLOCK | block;
  for (let range = 0; range < start.length; range++) {
    const prefix = owner[range] as number;
    if (prefix < 0) continue;
    const value = valueOf[prefix] as number;
    if (value === NO_VALUE || value >= BLOCK) {
      throw new RangeError(`Cannot index a table: value of prefix ${prefix} is ${value}`);
    }
    const end = range + 1 < start.length ? (start[range + 1] as number) : 2 ** 32;
    fillRange({ slots, blocks }, { start: start[range] as number, end, value });
  }
  return { slots, blocks };
}

/** The /24s in which a range begins elsewhere than at their first address, ascending. */
function splitSlots(start: Uint32Array): Uint32Array {
  const found: number[] = [];
  for (const first of start) {
    if ((first & 0xff) !== 0 && found.at(-1) !== first >>> 8) found.push(first >>> 8);
  }
  if (found.length > BLOCK) {
    throw new RangeError(`Cannot index a table: ${found.length} /24s hold longer prefixes`);
  }
  return Uint32Array.from(found);
}

function fillRange(
  { slots, blocks }: Dir24,
  { start, end, value }: { start: number; end: number; value: number },
): void {
  let at = start;
  while (at < end) {
    const slot = at >>> 8;
    const entry = slots[slot] as number;
    const slotEnd = (slot + 1) * 256;
    if (entry & BLOCK) {
      const base = (entry & ~BLOCK) * 256;
      const last = Math.min(end, slotEnd);
      blocks.fill(value, base + (at & 0xff), base + last - slot * 256);
      at = last;
      continue;
    }
    // a range that is not split covers whole /24s, up to the next one that is
    const whole = wholeSlots(slots, slot, Math.floor(end / 256));
    slots.fill(value, slot, whole);
    at = whole * 256;
  }
}

function wholeSlots(slots: Uint16Array, from: number, to: number): number {
  let slot = from;
  while (slot < to && ((slots[slot] as number) & BLOCK) === 0) slot++;
  return slot;
}

/** The value of one address, `NO_VALUE` for none. */
export function valueAt({ slots, blocks }: Dir24, address: number): number {
  const entry = slots[address >>> 8] as number;
  return entry & BLOCK ? (blocks[((entry & ~BLOCK) << 8) | (address & 0xff)] as number) : entry;
}

/** The values of many addresses at once. */
export function valuesAt(index: Dir24, addresses: Uint32Array, values: Uint16Array): void {
  const { slots, blocks } = index;
  for (let at = 0; at < addresses.length; at++) {
    const address = addresses[at] as number;
    const entry = slots[address >>> 8] as number;
    values[at] =
      entry & BLOCK ? (blocks[((entry & ~BLOCK) << 8) | (address & 0xff)] as number) : entry;
  }
}
