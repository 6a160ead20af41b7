import { type Ipv6Words, readIpv6 } from '../model/address.ts';
import type { Route } from '../model/network.ts';
import { ipv4Mask, prefixLength } from '../model/prefix.ts';
import type { Devices } from './devices.ts';
import { type Ranges6, rangesOf6 } from './ranges6.ts';
import { type RouteColumns, routeColumns } from './table-columns.ts';

/**
 * One IPv6 table, ready to be asked.
 *
 * A prefix has leaves: one for each source prefix of its source-specific routes, longest first,
 * and last the plain one. The rows of a leaf are in the order the kernel tries them.
 */
export interface Table6 extends RouteColumns {
  readonly ranges: Ranges6;
  readonly length: Uint8Array;
  /** First leaf of each prefix, and one more for the end. */
  readonly firstLeaf: Uint32Array;
  readonly sourceNetwork: Uint32Array;
  readonly sourceLength: Uint8Array;
  /** First row of each leaf, and one more for the end. */
  readonly firstRow: Uint32Array;
  /** Prefix of each leaf. */
  readonly prefixOfLeaf: Uint32Array;
  readonly metric: Uint32Array;
  /** Router preference as the kernel scores it: low 1, medium 2, high 3. */
  readonly preference: Uint8Array;
}

const ROUTER_PREFERENCE = { low: 1, medium: 2, high: 3 } as const;

interface Parsed {
  readonly row: number;
  readonly network: Ipv6Words;
  readonly length: number;
  readonly source: Ipv6Words;
  readonly sourceLength: number;
  readonly metric: number;
}

/** @param rows Indices into `routes`, all IPv6 and of one table, in dump order. */
export function buildTable6(
  routes: readonly Route[],
  rows: readonly number[],
  devices: Devices,
): Table6 {
  const parsed = rows.map((row) => parse(routes[row] as Route, row)).sort(compareParsed);
  const sorted = Int32Array.from(parsed, ({ row }) => row);
  const leaves = leavesOf(parsed);
  return {
    ...routeColumns(routes, sorted, { devices, family: 'ipv6' }),
    ...leaves,
    ranges: rangesOf6(leaves.network, leaves.length),
    metric: Uint32Array.from(parsed, ({ metric }) => metric),
    preference: Uint8Array.from(
      sorted,
      (row) => ROUTER_PREFERENCE[(routes[row] as Route).pref ?? 'medium'],
    ),
  };
}

function parse({ prefix, fromPrefix, metric }: Route, row: number): Parsed {
  return {
    row,
    network: networkOf(prefix),
    length: prefixLength(prefix),
    source: fromPrefix === undefined ? [0, 0, 0, 0] : networkOf(fromPrefix),
    sourceLength: fromPrefix === undefined ? 0 : prefixLength(fromPrefix),
    metric,
  };
}

function networkOf(prefix: string): Ipv6Words {
  const slash = prefix.indexOf('/');
  const words = readIpv6(slash < 0 ? prefix : prefix.slice(0, slash));
  if (!words) throw new SyntaxError(`Cannot read IPv6 prefix: "${prefix}"`);
  return words;
}

function compareParsed(a: Parsed, b: Parsed): number {
  return (
    compareWords(a.network, b.network) ||
    a.length - b.length ||
    b.sourceLength - a.sourceLength ||
    compareWords(a.source, b.source) ||
    a.metric - b.metric ||
    a.row - b.row
  );
}

function compareWords(a: Ipv6Words, b: Ipv6Words): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

function leavesOf(parsed: readonly Parsed[]) {
  const network: number[] = [];
  const length: number[] = [];
  const firstLeaf: number[] = [];
  const sourceNetwork: number[] = [];
  const sourceLength: number[] = [];
  const firstRow: number[] = [];
  const prefixOfLeaf: number[] = [];
  let last: Parsed | undefined;
  for (const [at, route] of parsed.entries()) {
    const samePrefix =
      last && last.length === route.length && compareWords(last.network, route.network) === 0;
    const sameSource =
      last &&
      last.sourceLength === route.sourceLength &&
      compareWords(last.source, route.source) === 0;
    if (!samePrefix) {
      network.push(...route.network);
      length.push(route.length);
      firstLeaf.push(firstRow.length);
    }
    if (!samePrefix || !sameSource) {
      sourceNetwork.push(...route.source);
      sourceLength.push(route.sourceLength);
      firstRow.push(at);
      prefixOfLeaf.push(length.length - 1);
    }
    last = route;
  }
  return {
    network: Uint32Array.from(network),
    length: Uint8Array.from(length),
    firstLeaf: Uint32Array.from([...firstLeaf, firstRow.length]),
    sourceNetwork: Uint32Array.from(sourceNetwork),
    sourceLength: Uint8Array.from(sourceLength),
    firstRow: Uint32Array.from([...firstRow, parsed.length]),
    prefixOfLeaf: Uint32Array.from(prefixOfLeaf),
  };
}

/** Whether the source prefix of a leaf holds an address; the plain leaf holds all. */
export function leafTakes(table: Table6, leaf: number, source: Ipv6Words): boolean {
  const length = table.sourceLength[leaf] as number;
  for (let word = 0; 32 * word < length; word++) {
    const differs = (source[word] as number) ^ (table.sourceNetwork[4 * leaf + word] as number);
    if ((differs & ipv4Mask(length - 32 * word)) !== 0) return false;
  }
  return true;
}
