import { acceptedFrom, DEFAULT_ROUTES, type NodeView } from '../tailnet/member.ts';
import { backendState, type Prefs } from './prefs.ts';

/** An address of a device that is not the tunnel: `10.0.0.210/24` on `enp1s0`. */
export interface LocalPrefix {
  readonly dev: string;
  readonly prefix: string;
}

/** Routes of table 52 as `ip route` takes them, by family. */
export interface RouterConfig {
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  /** Masquerade what is forwarded for subnet routes. */
  readonly snat: boolean;
}

/** MagicDNS, which every node routes into its tunnel. */
const SERVICE_ADDRESSES = ['100.100.100.100/32', 'fd7a:115c:a1e0::53/128'];

/**
 * What a node puts on its tunnel device and into table 52.
 *
 * Nothing here compares an imported prefix with the networks the host is attached to: tailscaled
 * does not either, and that is the outage.
 * Source: tailscale ipn/ipnlocal/local.go, routerConfigLocked()
 */
export function routerConfig(
  prefs: Prefs,
  self: NodeView,
  peers: readonly NodeView[],
  localPrefixes: readonly LocalPrefix[],
): RouterConfig {
  if (backendState(prefs) !== 'Running') return { addresses: [], routes: [], snat: false };
  const acceptance = { routes: prefs.RouteAll, exitNode: prefs.ExitNodeID };
  const imported = peers.flatMap((peer) => acceptedFrom(peer, acceptance));
  const exit = prefs.ExitNodeID === '' ? [] : exitRoutes(prefs, localPrefixes);
  // an exit node that does not exist still gets the default routes: nothing must leak past it
  const defaults = prefs.ExitNodeID === '' ? [] : DEFAULT_ROUTES;
  const tunnelled = [...new Set([...imported, ...SERVICE_ADDRESSES, ...defaults])];
  return {
    addresses: self.member.addresses.map(withLength),
    snat: !prefs.NoSNAT,
    routes: [...tunnelled.map((prefix) => `${prefix} dev tailscale0`), ...exit],
  };
}

/**
 * With an exit node chosen, the host's own networks are thrown back to `main` if LAN access is
 * allowed, and pulled into the tunnel if not; loopback is always thrown. Single addresses and
 * Tailscale's own range are passed over.
 * Source: tailscale ipn/ipnlocal/local.go, internalAndExternalInterfaces()
 */
function exitRoutes(prefs: Prefs, localPrefixes: readonly LocalPrefix[]): readonly string[] {
  const own = localPrefixes.filter(({ prefix }) => !isSingle(prefix) && !isTailscaleRange(prefix));
  const routes = own.map(({ dev, prefix }) =>
    dev === 'lo' || prefs.ExitNodeAllowLANAccess ? `throw ${prefix}` : `${prefix} dev tailscale0`,
  );
  return [...new Set(routes)];
}

function withLength(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function isSingle(prefix: string): boolean {
  return prefix.endsWith(prefix.includes(':') ? '/128' : '/32');
}

function isTailscaleRange(prefix: string): boolean {
  const second = Number(prefix.split('.')[1]);
  return (
    prefix.startsWith('fd7a:115c:a1e0:') || (/^100\./.test(prefix) && second >= 64 && second < 128)
  );
}
