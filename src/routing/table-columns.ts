import type { Family, Route, RouteType } from '../model/network.ts';
import { type Devices, scopeNumber } from './devices.ts';
import { hopsOf } from './hops.ts';
import { type HopColumns, sharedHops } from './shared-hops.ts';

export { HOP, hopsOf } from './hops.ts';

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

/** Bits of a route. */
export const ROUTE = {
  dead: 1,
  /** Made through a nexthop object, which the kernel asks differently. */
  object: 2,
  /** An object that is a group. */
  group: 4,
} as const;

/** What both families keep of a route, a column each; a row is a route of one table. */
export interface RouteColumns extends HopColumns {
  /** Index into the state's list. */
  readonly route: Int32Array;
  readonly type: Uint8Array;
  readonly flags: Uint8Array;
  readonly scope: Uint8Array;
  /** Nexthops of each row: the first, and how many. Rows alike in all that matters share theirs. */
  readonly firstHop: Uint32Array;
  readonly hopCount: Uint16Array;
}

export function routeColumns(
  routes: readonly Route[],
  rows: Int32Array,
  { devices, family }: { devices: Devices; family: Family },
): RouteColumns {
  const type = new Uint8Array(rows.length);
  const flags = new Uint8Array(rows.length);
  const scope = new Uint8Array(rows.length);
  const firstHop = new Uint32Array(rows.length);
  const hopCount = new Uint16Array(rows.length);
  const hops = sharedHops(devices, family);
  for (let row = 0; row < rows.length; row++) {
    const route = routes[rows[row] as number] as Route;
    type[row] = TYPE[route.type];
    flags[row] = routeFlags(route);
    scope[row] = scopeNumber(route.scope);
    firstHop[row] = hops.place(route);
    hopCount[row] = hopsOf(route).length;
  }
  return { route: rows, type, flags, scope, firstHop, hopCount, ...hops.columns() };
}

function routeFlags(route: Route): number {
  const dead = route.flags.includes('dead') && route.nexthops.length < 2 ? ROUTE.dead : 0;
  if (route.nexthopId === undefined) return dead;
  return dead | ROUTE.object | (route.nexthops.length > 1 ? ROUTE.group : 0);
}
