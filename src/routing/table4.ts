import { readIpv4 } from '../model/address.ts';
import type { Route } from '../model/network.ts';
import type { Devices } from './devices.ts';
import { type Ranges4, rangesOf } from './ranges.ts';
import { sortByPrefix } from './sort-prefixes.ts';
import { FIRST_ERROR, HOP, ROUTE, type RouteColumns, routeColumns } from './table-columns.ts';

/**
 * One IPv4 table, or local and main in one trie, ready to be asked.
 *
 * `prefix` numbers distinct prefixes by network, then length. The routes of a prefix are the rows
 * from `firstRow[prefix]` to `firstRow[prefix + 1]`, in the order the kernel tries them.
 */
export interface Table4 extends RouteColumns {
  readonly ranges: Ranges4;
  readonly network: Uint32Array;
  readonly length: Uint8Array;
  readonly firstRow: Uint32Array;
  /** Table each row belongs to; differs only in a merged trie. */
  readonly tableId: Uint32Array;
  readonly tos: Uint8Array;
  readonly metric: Uint32Array;
  readonly preferredSource: Uint32Array;
  /**
   * What a lookup wants of each row, side by side: bits as PACKED says, then the first nexthop.
   */
  readonly packed: Uint32Array;
  readonly hopGateway: Uint32Array;
  /** Source address each nexthop would give, worked out when first needed. */
  readonly hopSource: Uint32Array;
  readonly hopSourceKnown: Uint8Array;
  /** Whether each nexthop's gateway is used, see gateway4.ts; 0 until first needed. */
  readonly hopGatewayUse: Uint8Array;
  /** Source address of what leaves by each nexthop, with the route's `src`; 0 until known. */
  readonly hopAnswer: Uint32Array;
  /** Every prefix has just one route, so that both number alike. */
  readonly plain: boolean;
  /** Routes to 0.0.0.0/0 of any type: from two on the kernel looks which one lives. */
  readonly defaults: number;
}

/** Where `packed` has what: one memory access instead of five. Dead error routes still count. */
export const PACKED = {
  type: 0x0f,
  dead: 0x10,
  object: 0x20,
  /** It has one nexthop, and that can be used. */
  usable: 0x40,
  tosShift: 8,
  scopeShift: 16,
} as const;

/**
 * @param rows Indices into `routes`, all IPv4, in dump order; tables with the greater number first.
 */
export function buildTable4(routes: readonly Route[], rows: Int32Array, devices: Devices): Table4 {
  const { network, length } = prefixesOf(routes, rows);
  const order = sortByPrefix(network, length);
  const sorted = order.map((at) => rows[at] as number);
  const groups = groupsOf({ network, length, order });
  for (let prefix = 0; prefix < groups.network.length; prefix++) {
    sortRows(routes, sorted, {
      first: groups.firstRow[prefix] as number,
      end: groups.firstRow[prefix + 1] as number,
    });
  }
  const columns = routeColumns(routes, sorted, { devices, family: 'ipv4' });
  return {
    ...columns,
    ...groups,
    ...rowColumns(routes, columns),
    ...hopColumns(columns),
    plain: groups.length.length === sorted.length,
    ranges: rangesOf(groups.network, groups.length),
    defaults: groups.length[0] === 0 ? (groups.firstRow[1] as number) : 0,
  };
}

function prefixesOf(routes: readonly Route[], rows: Int32Array) {
  const network = new Uint32Array(rows.length);
  const length = new Uint8Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const { prefix } = routes[rows[at] as number] as Route;
    const slash = prefix.indexOf('/');
    const value = readIpv4(prefix, slash < 0 ? prefix.length : slash);
    if (value < 0) throw new SyntaxError(`Cannot read IPv4 prefix: "${prefix}"`);
    network[at] = value;
    length[at] = slash < 0 ? 32 : shortNumber(prefix, slash + 1);
  }
  return { network, length };
}

/** The one or two digits of a canonical prefix length. */
function shortNumber(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  return at + 1 < text.length ? tens * 10 + text.charCodeAt(at + 1) - 48 : tens;
}

function groupsOf({
  network,
  length,
  order,
}: {
  network: Uint32Array;
  length: Uint8Array;
  order: Int32Array;
}) {
  const networks = new Uint32Array(order.length);
  const lengths = new Uint8Array(order.length);
  const firstRow = new Uint32Array(order.length + 1);
  let count = 0;
  for (let row = 0; row < order.length; row++) {
    const at = order[row] as number;
    const last = count - 1;
    if (count > 0 && networks[last] === network[at] && lengths[last] === length[at]) continue;
    networks[count] = network[at] as number;
    lengths[count] = length[at] as number;
    firstRow[count++] = row;
  }
  firstRow[count] = order.length;
  return {
    network: networks.slice(0, count),
    length: lengths.slice(0, count),
    firstRow: firstRow.slice(0, count + 1),
  };
}

/**
 * Within a prefix: in a merged trie local before main, then higher tos, then lower metric, then as
 * dumped. Source: Linux net/ipv4/fib_trie.c, fib_find_alias().
 */
function sortRows(
  routes: readonly Route[],
  rows: Int32Array,
  { first, end }: { first: number; end: number },
): void {
  if (end - first < 2) return;
  const ordered = [...rows.subarray(first, end)].sort((a, b) => {
    const [x, y] = [routes[a] as Route, routes[b] as Route];
    return y.table - x.table || y.tos - x.tos || x.metric - y.metric || a - b;
  });
  rows.set(ordered, first);
}

function rowColumns(routes: readonly Route[], columns: RouteColumns) {
  const { route: rows, type, flags, scope, firstHop } = columns;
  const packed = new Uint32Array(2 * rows.length);
  const tableId = new Uint32Array(rows.length);
  const tos = new Uint8Array(rows.length);
  const metric = new Uint32Array(rows.length);
  const preferredSource = new Uint32Array(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const route = routes[rows[row] as number] as Route;
    tableId[row] = route.table;
    tos[row] = route.tos;
    metric[row] = route.metric;
    if (route.prefSource !== undefined) preferredSource[row] = readIpv4(route.prefSource);
    const bits = flags[row] as number;
    const isError = (type[row] as number) >= FIRST_ERROR;
    packed[2 * row + 1] = firstHop[row] as number;
    packed[2 * row] =
      (type[row] as number) |
      (bits & ROUTE.dead && !isError ? PACKED.dead : 0) |
      (bits & ROUTE.object ? PACKED.object : 0) |
      (isUsable(columns, row) ? PACKED.usable : 0) |
      (route.tos << PACKED.tosShift) |
      ((scope[row] as number) << PACKED.scopeShift);
  }
  return { tableId, tos, metric, preferredSource, packed };
}

function isUsable({ firstHop, hopCount, hopFlags }: RouteColumns, row: number): boolean {
  if (hopCount[row] !== 1) return false;
  return ((hopFlags[firstHop[row] as number] as number) & HOP.unusable) === 0;
}

function hopColumns({ hopFlags, hopText }: RouteColumns) {
  const hopGateway = Uint32Array.from(hopText, (text, hop) => {
    const own = (hopFlags[hop] as number) & HOP.otherFamily ? undefined : text;
    return own === undefined ? 0 : readIpv4(own);
  });
  const column = () => new Uint32Array(hopGateway.length);
  return {
    hopGateway,
    hopSource: column(),
    hopSourceKnown: new Uint8Array(hopGateway.length),
    hopAnswer: column(),
    hopGatewayUse: new Uint8Array(hopGateway.length),
  };
}
