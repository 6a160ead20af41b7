import type { Family, Nexthop, Route } from '../model/network.ts';
import type { Devices } from './devices.ts';
import { HOP, hopFlags, hopsOf } from './hops.ts';

export interface HopColumns {
  readonly hopDevice: Int32Array;
  readonly hopFlags: Uint8Array;
  /** Gateway of each nexthop as the dump has it. */
  readonly hopText: readonly (string | undefined)[];
}

/** Routes with these in common share the nexthops to their gateways. */
interface Kin {
  readonly dev: string | undefined;
  readonly scope: string | undefined;
  readonly prefSource: string | undefined;
  readonly hops: Map<string, number>;
}

/** More kinds of routes than this share nothing; a table has a handful. */
const MOST_KINDS = 32;

/**
 * Gives routes their nexthops, one for all routes that are alike in device, gateway, scope and
 * `src`, as the kernel itself does (struct fib_info). A million routes over a few gateways then ask
 * a few cache lines.
 */
export function sharedHops(devices: Devices, family: Family) {
  const device: number[] = [];
  const flags: number[] = [];
  const text: (string | undefined)[] = [];
  const kinds: Kin[] = [];
  const ignores = (nexthop: Nexthop, id: number) =>
    nexthop.flags.includes('linkdown') && devices.ignoresLinkdown(id, family);
  const append = (route: Route) => {
    const first = device.length;
    for (const nexthop of hopsOf(route)) {
      const id = devices.intern(nexthop.dev ?? 'lo');
      device.push(id);
      flags.push(hopFlags(nexthop, route) | (ignores(nexthop, id) ? HOP.unusable : 0));
      text.push(nexthop.gateway);
    }
    return first;
  };
  return {
    /** Index of the first nexthop of a route. */
    place(route: Route): number {
      const kin = kinOf(kinds, route);
      if (!kin) return append(route);
      const gateway = route.nexthops[0]?.gateway ?? '';
      const known = kin.hops.get(gateway);
      if (known !== undefined) return known;
      const hop = append(route);
      kin.hops.set(gateway, hop);
      return hop;
    },
    columns: (): HopColumns => ({
      hopDevice: Int32Array.from(device),
      hopFlags: Uint8Array.from(flags),
      hopText: text,
    }),
  };
}

/** `undefined` for routes whose nexthops are their own. */
function kinOf(kinds: Kin[], route: Route): Kin | undefined {
  const { nexthops, scope, prefSource, nexthopId } = route;
  const only = nexthops[0];
  if (!only || nexthops.length > 1 || nexthopId !== undefined) return undefined;
  if (only.flags.length > 0 || route.flags.length > 0) return undefined;
  for (const kin of kinds) {
    if (kin.dev === only.dev && kin.scope === scope && kin.prefSource === prefSource) return kin;
  }
  if (kinds.length === MOST_KINDS) return undefined;
  const kin: Kin = { dev: only.dev, scope, prefSource, hops: new Map() };
  kinds.push(kin);
  return kin;
}
