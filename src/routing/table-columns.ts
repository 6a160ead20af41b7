import type { Nexthop, Route, RouteType } from '../model/network.ts';
import { type Devices, scopeNumber } from './devices.ts';

/** Route types as numbers; from `FIRST_ERROR` on they end a lookup with an error. */
export const TYPE = {
  unicast: 0,
  local: 1,
  broadcast: 2,
  anycast: 3,
  multicast: 4,
  blackhole: 5,
  unreachable: 6,
  prohibit: 7,
  throw: 8,
} as const satisfies Record<RouteType, number>;
export const FIRST_ERROR = TYPE.blackhole;
export const TYPE_NAMES = Object.keys(TYPE) as readonly RouteType[];

/** Bits of a nexthop. */
export const HOP = {
  /** Dead, or without carrier on a device that leaves such routes out. */
  unusable: 1,
  onlink: 2,
  /** Gateway of the other family (IPv6 gateway of an IPv4 route). */
  otherFamily: 4,
  hasGateway: 8,
} as const;

/** Bits of a route. */
export const ROUTE = {
  dead: 1,
  /** Made through a nexthop object, which the kernel asks differently. */
  object: 2,
  /** An object that is a group. */
  group: 4,
} as const;

/** What both families keep of a route, a column each; a row is a route of one table. */
export interface RouteColumns {
  /** Index into the state's list. */
  readonly route: Int32Array;
  readonly type: Uint8Array;
  readonly flags: Uint8Array;
  readonly scope: Uint8Array;
  /** First nexthop of each row, and one more for the end. */
  readonly firstHop: Uint32Array;
  readonly hopDevice: Int32Array;
  readonly hopFlags: Uint8Array;
}

const NO_HOP: Nexthop = { weight: 1, flags: [] };

/** Error routes have no nexthop in a dump but one, on `lo`, in the kernel. */
export function hopsOf(route: Route): readonly Nexthop[] {
  return route.nexthops.length > 0 ? route.nexthops : [NO_HOP];
}

export function routeColumns(
  routes: readonly Route[],
  rows: Int32Array,
  { devices, family }: { devices: Devices; family: 'ipv4' | 'ipv6' },
): RouteColumns {
  let hops = 0;
  for (const row of rows) hops += hopsOf(routes[row] as Route).length;
  const columns: RouteColumns = {
    route: rows,
    type: new Uint8Array(rows.length),
    flags: new Uint8Array(rows.length),
    scope: new Uint8Array(rows.length),
    firstHop: new Uint32Array(rows.length + 1),
    hopDevice: new Int32Array(hops),
    hopFlags: new Uint8Array(hops),
  };
  let hop = 0;
  for (let row = 0; row < rows.length; row++) {
    const route = routes[rows[row] as number] as Route;
    columns.type[row] = TYPE[route.type];
    columns.flags[row] = routeFlags(route);
    columns.scope[row] = scopeNumber(route.scope);
    columns.firstHop[row] = hop;
    for (const nexthop of hopsOf(route)) {
      columns.hopDevice[hop] = devices.intern(nexthop.dev ?? 'lo');
      columns.hopFlags[hop] = hopFlags(nexthop, route);
      if (ignored(nexthop, columns.hopDevice[hop] as number)) {
        (columns.hopFlags[hop] as number) |= HOP.unusable;
      }
      hop++;
    }
  }
  columns.firstHop[rows.length] = hop;
  return columns;

  function ignored({ flags }: Nexthop, device: number): boolean {
    return flags.includes('linkdown') && devices.ignoresLinkdown(device, family);
  }
}

function routeFlags(route: Route): number {
  const dead = route.flags.includes('dead') && route.nexthops.length < 2 ? ROUTE.dead : 0;
  if (route.nexthopId === undefined) return dead;
  return dead | ROUTE.object | (route.nexthops.length > 1 ? ROUTE.group : 0);
}

function hopFlags({ gateway, flags }: Nexthop, route: Route): number {
  const dead = flags.includes('dead') ? HOP.unusable : 0;
  const onlink = flags.includes('onlink') || route.flags.includes('onlink') ? HOP.onlink : 0;
  if (gateway === undefined) return dead | onlink;
  const other = gateway.includes(':') === route.prefix.includes(':') ? 0 : HOP.otherFamily;
  return dead | onlink | HOP.hasGateway | other;
}
