import { type Family, type NetworkState, type Route, TABLE } from '../model/network.ts';
import { canonicalPrefix, familyOf, prefixesOverlap } from '../model/prefix.ts';
import type { TailscaleFacts } from '../model/tailscale.ts';

/** Where tailscaled puts its routes; main on kernels without policy routing. */
const TABLES: readonly number[] = [52, TABLE.main];
/** Addresses of members, of MagicDNS and of services; never a subnet route. */
const TAILNET: Readonly<Record<Family, string>> = {
  ipv4: '100.64.0.0/10',
  ipv6: 'fd7a:115c:a1e0::/48',
};

/**
 * The state after `RouteAll` became false: routes that came from other members' subnets are gone,
 * those to members stay, and so does what a chosen exit node installs.
 *
 * Where the peers were seen only prefixes that one of them offers are dropped; a route that
 * somebody added by hand stays, as it does in reality.
 * Source: tailscale net/routemanager; wgengine/router.
 */
export function withoutAcceptedRoutes(
  state: NetworkState,
  tailscale: TailscaleFacts | undefined,
): NetworkState {
  const offered = offeredPrefixes(tailscale);
  const kept = exitNodePrefixes(state, tailscale);
  const stays = (family: Family) => (route: Route) =>
    !isTailscaleRoute(route) ||
    route.prefix.endsWith('/0') ||
    prefixesOverlap(route.prefix, TAILNET[family]) ||
    kept.has(route.prefix) ||
    (offered !== undefined && !offered.has(route.prefix));
  const { ipv4, ipv6 } = state.routes;
  return {
    ...state,
    routes: { ipv4: ipv4.filter(stays('ipv4')), ipv6: ipv6.filter(stays('ipv6')) },
  };
}

/**
 * The state after `ExitNodeAllowLANAccess` became true: the prefixes of the host's own devices are
 * thrown back from tailscaled's table to the next one.
 * Source: tailscale ipn/ipnlocal, routerConfigLocked() and internalAndExternalInterfaces().
 */
export function withLanAccess(state: NetworkState): NetworkState {
  const own = new Set(
    state.addresses
      .filter(({ dev }) => !dev.startsWith('tailscale') && dev !== 'lo')
      .map(({ local, prefixLength }) =>
        canonicalPrefix(`${local}/${prefixLength}`, familyOf(local)),
      ),
  );
  const thrown = (route: Route): Route =>
    isTailscaleRoute(route) && own.has(route.prefix)
      ? { ...route, type: 'throw', scope: 'global', nexthops: [] }
      : route;
  const { ipv4, ipv6 } = state.routes;
  return { ...state, routes: { ipv4: ipv4.map(thrown), ipv6: ipv6.map(thrown) } };
}

function isTailscaleRoute({ table, type, nexthops }: Route): boolean {
  if (!TABLES.includes(table) || type !== 'unicast') return false;
  return nexthops.some(({ dev }) => dev?.startsWith('tailscale'));
}

function offeredPrefixes(tailscale: TailscaleFacts | undefined): ReadonlySet<string> | undefined {
  if (!tailscale?.status.seen) return undefined;
  return new Set(tailscale.status.value.peers.flatMap(({ allowedIps }) => allowedIps));
}

/** With an exit node and without LAN access the prefixes of the host's own devices go there too. */
function exitNodePrefixes(
  { addresses }: NetworkState,
  tailscale: TailscaleFacts | undefined,
): ReadonlySet<string> {
  const prefs = tailscale?.prefs.seen ? tailscale.prefs.value : undefined;
  if (!prefs || prefs.exitNodeId === '' || prefs.exitNodeAllowsLan) return new Set();
  return new Set(
    addresses.map(({ local, prefixLength }) =>
      canonicalPrefix(`${local}/${prefixLength}`, familyOf(local)),
    ),
  );
}
