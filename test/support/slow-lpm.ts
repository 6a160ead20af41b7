/**
 * Longest-prefix match as one would explain it: of all prefixes that hold the address, the longest.
 * Slow and obvious, to hold the fast ones against.
 */
export interface Columns {
  readonly network: Uint32Array;
  readonly length: Uint8Array;
  /** Prefixes longer than this do not count. */
  readonly longest?: number;
}

/** Index of the prefix, -1 for none. */
export function slowLongest({ network, length, longest = 32 }: Columns, address: number): number {
  let found = -1;
  for (let at = 0; at < length.length; at++) {
    const bits = length[at] as number;
    if (bits > longest || (found >= 0 && bits <= (length[found] as number))) continue;
    const size = 2 ** (32 - bits);
    if (Math.floor(address / size) * size === network[at]) found = at;
  }
  return found;
}

/** The same for IPv6, four words an address. */
export function slowLongest6({ network, length }: Columns, address: readonly number[]): number {
  const value = bigOf(address);
  let found = -1;
  for (let at = 0; at < length.length; at++) {
    const bits = length[at] as number;
    if (found >= 0 && bits <= (length[found] as number)) continue;
    const shift = BigInt(128 - bits);
    const start = bigOf(network.subarray(4 * at, 4 * at + 4));
    if (value >> shift === start >> shift) found = at;
  }
  return found;
}

function bigOf(words: ArrayLike<number>): bigint {
  return Array.from(words).reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

/**
 * The same for a million prefixes: one map for each length, asked from the longest on. Still obvious,
 * and fast enough to check a bulk lookup.
 */
export function slowIndex({ network, length }: Columns): (address: number) => number {
  const byLength = Array.from({ length: 33 }, () => new Map<number, number>());
  for (let at = 0; at < length.length; at++) {
    byLength[length[at] as number]?.set(network[at] as number, at);
  }
  const asked = byLength.map((map, bits) => ({ map, bits })).filter(({ map }) => map.size > 0);
  asked.reverse();
  return (address) => {
    for (const { map, bits } of asked) {
      const size = 2 ** (32 - bits);
      const found = map.get(Math.floor(address / size) * size);
      if (found !== undefined) return found;
    }
    return -1;
  };
}
