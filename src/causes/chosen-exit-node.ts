import type { HostFacts } from '../model/host.ts';
import type { Route } from '../model/network.ts';
import { canonicalPrefix, familyOf, prefixLength } from '../model/prefix.ts';

// An exit node brings default routes and, with LAN access off, a route for each subnet that the
// host is on itself. Nothing else makes tailscaled install a default route.
// Source: tailscale ipn/ipnlocal, internalAndExternalInterfaces; routerConfig.

/**
 * Whether a route by a VPN device comes from the exit node that the host chose, and not from what
 * it accepted. Undefined where only its preferences would tell and they were not seen.
 */
export function comesFromExitNode(
  host: HostFacts,
  { route, device }: { readonly route: Route; readonly device: string },
): boolean | undefined {
  const { prefs, status } = host.tailscale;
  if (!device.startsWith('tailscale')) return false;
  if (prefs.seen && prefs.value.exitNodeId === '') return false;
  if (prefixLength(route.prefix) === 0) return true;
  if (!isOwnSubnet(host, route.prefix)) return false;
  if (!prefs.seen) return hasDefault(host, route) ? undefined : false;
  if (prefs.value.exitNodeAllowsLan) return false;
  if (!prefs.value.acceptsRoutes) return true;
  if (!status.seen) return undefined;
  return !status.value.peers.some(({ allowedIps }) => allowedIps.includes(route.prefix));
}

function isOwnSubnet({ network: { addresses } }: HostFacts, prefix: string): boolean {
  const family = familyOf(prefix);
  return (
    addresses.seen &&
    addresses.value.some(
      ({ local, prefixLength: length }) =>
        familyOf(local) === family && canonicalPrefix(`${local}/${length}`, family) === prefix,
    )
  );
}

function hasDefault({ network }: HostFacts, { prefix, table }: Route): boolean {
  const routes = network.routes[familyOf(prefix)];
  return (
    routes.seen && routes.value.some((one) => one.table === table && prefixLength(one.prefix) === 0)
  );
}
