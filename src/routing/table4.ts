import { readIpv4 } from '../model/address.ts';
import type { Route } from '../model/network.ts';
import { prefixLength } from '../model/prefix.ts';
import type { Devices } from './devices.ts';
import { type Ranges4, rangesOf } from './ranges.ts';
import { sortByPrefix } from './sort-prefixes.ts';
import { HOP, hopsOf, type RouteColumns, routeColumns } from './table-columns.ts';

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
  readonly hopGateway: Uint32Array;
  /** Source address each nexthop would give, worked out when first needed. */
  readonly hopSource: Uint32Array;
  readonly hopSourceKnown: Uint8Array;
  /** Whether each nexthop's gateway is used, see gateway4.ts; 0 until first needed. */
  readonly hopGatewayUse: Uint8Array;
  /** Routes to 0.0.0.0/0 of any type: from two on the kernel looks which one lives. */
  readonly defaults: number;
}

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
    ...rowColumns(routes, sorted),
    ...hopColumns(routes, columns),
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
    network[at] = readIpv4(slash < 0 ? prefix : prefix.slice(0, slash));
    length[at] = prefixLength(prefix);
  }
  return { network, length };
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

function rowColumns(routes: readonly Route[], rows: Int32Array) {
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
  }
  return { tableId, tos, metric, preferredSource };
}

function hopColumns(routes: readonly Route[], { route, firstHop, hopFlags }: RouteColumns) {
  const hopGateway = new Uint32Array(hopFlags.length);
  for (let row = 0; row < route.length; row++) {
    let hop = firstHop[row] as number;
    for (const { gateway } of hopsOf(routes[route[row] as number] as Route)) {
      const own =
        ((hopFlags[hop] as number) & (HOP.hasGateway | HOP.otherFamily)) === HOP.hasGateway;
      if (own && gateway !== undefined) hopGateway[hop] = readIpv4(gateway);
      hop++;
    }
  }
  return {
    hopGateway,
    hopSource: new Uint32Array(hopGateway.length),
    hopSourceKnown: new Uint8Array(hopGateway.length),
    hopGatewayUse: new Uint8Array(hopGateway.length),
  };
}
