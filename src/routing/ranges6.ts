/**
 * IPv6 prefixes as disjoint ranges, as ranges.ts does for IPv4. An address is four unsigned words,
 * highest first.
 */
export interface Ranges6 {
  /** Four words a range, ascending; the first range starts at `::`. */
  readonly start: Uint32Array;
  readonly owner: Int32Array;
  readonly parent: Int32Array;
}

type Words = ArrayLike<number>;

/** Sweeps over distinct prefixes sorted by network and, within one, by length. */
export function rangesOf6(network: Uint32Array, length: Uint8Array): Ranges6 {
  const count = length.length;
  const start = new Uint32Array(4 * (2 * count + 1));
  const owner = new Int32Array(2 * count + 1).fill(-1);
  const parent = new Int32Array(count).fill(-1);
  const end = new Uint32Array(4 * count);
  // a prefix that reaches the last address has no end: the sum has wrapped to `::`
  const endless = (prefix: number) => isZero(end, 4 * prefix);
  let ranges = 1;
  let open = -1;
  for (let prefix = 0; prefix <= count; prefix++) {
    while (open >= 0 && (prefix === count || ended(prefix))) {
      const closes = open;
      open = parent[open] as number;
      if (endless(closes) || (open >= 0 && compare(end, 4 * open, end, 4 * closes) === 0)) continue;
      start.set(end.subarray(4 * closes, 4 * closes + 4), 4 * ranges);
      owner[ranges++] = open;
    }
    if (prefix === count) break;
    parent[prefix] = open;
    putEnd(end, 4 * prefix, { network, length: length[prefix] as number });
    open = prefix;
    if (compare(start, 4 * (ranges - 1), network, 4 * prefix) === 0) ranges--;
    start.set(network.subarray(4 * prefix, 4 * prefix + 4), 4 * ranges);
    owner[ranges++] = prefix;
  }
  return { start: start.slice(0, 4 * ranges), owner: owner.slice(0, ranges), parent };

  function ended(prefix: number): boolean {
    return !endless(open) && compare(end, 4 * open, network, 4 * prefix) <= 0;
  }
}

/** Network plus size of the prefix, modulo 2^128. */
function putEnd(
  end: Uint32Array,
  offset: number,
  { network, length }: { network: Uint32Array; length: number },
): void {
  let carry = length === 0 ? 0 : 1;
  const last = length === 0 ? -1 : (length - 1) >>> 5;
  for (let word = 3; word >= 0; word--) {
    const unit = word === last ? 2 ** (31 - ((length - 1) & 31)) : word < last ? 1 : 0;
    const sum = (network[offset + word] as number) + carry * unit;
    end[offset + word] = sum;
    if (word <= last) carry = sum > 0xffffffff ? 1 : 0;
  }
}

function isZero(words: Words, at: number): boolean {
  return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0;
}

function compare(a: Words, atA: number, b: Words, atB: number): number {
  for (let word = 0; word < 4; word++) {
    const difference = (a[atA + word] as number) - (b[atB + word] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The longest prefix that covers an address, -1 for none. */
export function longestOf6({ start, owner }: Ranges6, address: Words): number {
  let low = 0;
  let high = owner.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (compare(start, 4 * middle, address, 0) <= 0) low = middle;
    else high = middle - 1;
  }
  return owner[low] as number;
}
