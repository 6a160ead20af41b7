import type { NetworkState, Nexthop, Route } from '../model/network.ts';

/**
 * Routes that share what the kernel remembers of an IPv6 nexthop object: the first one to use it
 * fills the memory, and the others then pass for it, with its table, `src` and prefix length.
 *
 * A dump shows only what an object resolves to, so objects are told apart by that. The route itself
 * comes first; it is alone when it uses no object.
 *
 * Source: Linux net/ipv6/route.c, rt6_get_pcpu_route(); seen in docs/lab/routing-ipv6.md.
 */
export function routesByNexthop(
  { routes }: NetworkState,
  route: Route,
  taken: Nexthop | undefined,
): readonly Route[] {
  if (route.nexthopId === undefined) return [route];
  const others = routes.ipv6.filter(
    (other) =>
      other !== route &&
      other.nexthopId !== undefined &&
      other.nexthops.some(({ gateway, dev }) => gateway === taken?.gateway && dev === taken?.dev),
  );
  return [route, ...others];
}
