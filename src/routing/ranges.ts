/**
 * IPv4 prefixes of one table as disjoint ranges: for every address the longest prefix that covers
 * it, and for every prefix the next shorter one around it.
 */
export interface Ranges4 {
  /** First address of each range, ascending; the first is 0.0.0.0. */
  readonly start: Uint32Array;
  /** Prefix that owns the range, -1 for none. */
  readonly owner: Int32Array;
  /** The next shorter prefix around each prefix, -1 for none. */
  readonly parent: Int32Array;
  /** Last range that starts at or below each multiple of 2^shift; empty for small tables. */
  readonly index: Uint32Array;
  readonly shift: number;
}

/** From this many ranges on, an index of 256 KiB pays for itself, and then one of 1 MiB. */
const INDEX_FROM = 1024;
const FINE_INDEX_FROM = 200_000;

/**
 * Sweeps over distinct prefixes sorted by network and, within one, by length: a prefix opens a
 * range at its network, and when it ends the range goes back to its parent.
 */
export function rangesOf(network: Uint32Array, length: Uint8Array): Ranges4 {
  const count = network.length;
  const start = new Uint32Array(2 * count + 1);
  const owner = new Int32Array(2 * count + 1);
  const parent = new Int32Array(count);
  let ranges = 1;
  owner[0] = -1;
  let open = -1;
  let last = 0;
  for (let prefix = 0; prefix <= count; prefix++) {
    const at = prefix < count ? (network[prefix] as number) : 0;
    while (open >= 0 && (prefix === count || last < at)) {
      // back to the prefix around it, unless that ends here too
      const end = last;
      open = parent[open] as number;
      if (open >= 0) last = lastOf(network[open] as number, length[open] as number);
      if (end === 0xffffffff || (open >= 0 && last === end)) continue;
      start[ranges] = end + 1;
      owner[ranges++] = open;
    }
    if (prefix === count) break;
    parent[prefix] = open;
    last = lastOf(at, length[prefix] as number);
    open = prefix;
    if (start[ranges - 1] === at) ranges--;
    start[ranges] = at;
    owner[ranges++] = prefix;
  }
  const starts = start.subarray(0, ranges);
  return { start: starts, owner: owner.subarray(0, ranges), parent, ...indexOf(starts) };
}

/** Last address of a prefix. */
function lastOf(network: number, length: number): number {
  // a shift by 32 would shift by nothing
  return length === 32 ? network : (network | (0xffffffff >>> length)) >>> 0;
}

/** How finely a table of so many ranges is indexed: 256 KiB, or 1 MiB for a full routing table. */
function indexOf(start: Uint32Array): Pick<Ranges4, 'index' | 'shift'> {
  if (start.length < INDEX_FROM) return { index: new Uint32Array(0), shift: 0 };
  const shift = start.length < FINE_INDEX_FROM ? 16 : 14;
  const slots = 2 ** (32 - shift);
  const index = new Uint32Array(slots + 1);
  let range = 0;
  for (let slot = 0; slot < slots; slot++) {
    const first = slot * 2 ** shift;
    while (range + 1 < start.length && (start[range + 1] as number) <= first) range++;
    index[slot] = range;
  }
  index[slots] = start.length - 1;
  return { index, shift };
}

/** The longest prefix that covers an address, -1 for none. */
export function longestOf(ranges: Ranges4, address: number): number {
  const { start, owner, index } = ranges;
  let low = 0;
  let high = start.length - 1;
  if (index.length > 0) {
    const slot = address >>> ranges.shift;
    low = index[slot] as number;
    high = index[slot + 1] as number;
  }
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((start[middle] as number) <= address) low = middle;
    else high = middle - 1;
  }
  return owner[low] as number;
}
