import { readIpv4 } from '../model/address.ts';
import type { NetworkState } from '../model/network.ts';
import { prefixLength } from '../model/prefix.ts';
import type { Kernel } from './kernel.ts';
import { askedTables, type BothStates } from './whatif-question.ts';

const END = 2 ** 32;

/** Prefixes that the kernel treats in its own way, whatever the tables say. */
const SPECIAL = ['0.0.0.0/32', '127.0.0.0/8', '224.0.0.0/4', '224.0.0.0/24', '255.255.255.255/32'];

/**
 * First addresses of stretches of destinations within which neither state can change its mind,
 * ascending, beginning with 0.
 */
export function edges4(both: BothStates, kernels: readonly Kernel[]): Uint32Array {
  const { before, after } = both;
  const sameRoutes = before.routes.ipv4 === after.routes.ipv4;
  let edges = Uint32Array.from(smallEdges([before, after]));
  for (const table of askedTables(both, 'ipv4')) {
    for (const kernel of sameRoutes ? kernels.slice(0, 1) : kernels) {
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
  const [address = ''] = prefix.split('/');
  const first = readIpv4(address);
  return [first, first + 2 ** (32 - prefixLength(prefix))];
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
