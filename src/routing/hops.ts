import type { Nexthop, Route } from '../model/network.ts';

/** Bits of a nexthop. */
export const HOP = {
  /** Dead, or without carrier on a device that leaves such routes out. */
  unusable: 1,
  onlink: 2,
  /** Gateway of the other family (IPv6 gateway of an IPv4 route). */
  otherFamily: 4,
  hasGateway: 8,
} as const;

const NO_HOP: Nexthop = { weight: 1, flags: [] };

/** Error routes have no nexthop in a dump but one, on `lo`, in the kernel. */
export function hopsOf(route: Route): readonly Nexthop[] {
  return route.nexthops.length > 0 ? route.nexthops : [NO_HOP];
}

/** Bits of a nexthop as the dump shows it. */
export function hopFlags({ gateway, flags }: Nexthop, route: Route): number {
  const dead = flags.includes('dead') ? HOP.unusable : 0;
  const onlink = flags.includes('onlink') || route.flags.includes('onlink') ? HOP.onlink : 0;
  if (gateway === undefined) return dead | onlink;
  const other = gateway.includes(':') === route.prefix.includes(':') ? 0 : HOP.otherFamily;
  return dead | onlink | HOP.hasGateway | other;
}
