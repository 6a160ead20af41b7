import { familyOf, readIpv4, readIpv6 } from '../model/address.ts';
import type { ClusterFacts } from '../model/cluster.ts';
import { prefixContains } from '../model/prefix.ts';

/** Something of the LAN or the cluster that has an address. */
export interface KnownAddress {
  readonly what: 'node' | 'storage' | 'service' | 'other';
  readonly name: string;
  readonly address: string;
}

/** A route that the cluster gives to a tailnet, and what is reached by it. */
export interface AdvertisedRoute {
  readonly prefix: string;
  /** Resource that does it: `Connector homelab-subnet-router`. */
  readonly by: string;
  /** Asked for and not advertised yet: the operator or the tailnet's policy has not followed. */
  readonly pending: boolean;
  /** Whoever accepts the route sends packets to these through the tailnet. */
  readonly covers: readonly KnownAddress[];
}

/**
 * What the Tailscale operator tells the tailnet about, held against every address that is known.
 * A machine on the same LAN that accepts such a route sends what is meant for these addresses
 * into its tunnel, replies among it.
 *
 * @param others Further addresses of the LAN, e.g. the router.
 */
export function advertisedRoutes(
  cluster: ClusterFacts,
  others: readonly string[] = [],
): AdvertisedRoute[] {
  const known = [
    ...knownAddresses(cluster),
    ...others.map((address) => ({ what: 'other' as const, name: address, address })),
  ];
  const resources = cluster.tailnet.seen ? cluster.tailnet.value : [];
  return resources.flatMap(({ kind, name, asksFor, advertises }) =>
    [...new Set([...advertises, ...asksFor])].filter(isPrefix).map((prefix) => ({
      prefix,
      by: `${kind} ${name}`,
      pending: !advertises.includes(prefix),
      covers: known.filter(({ address }) => prefixContains(prefix, address)),
    })),
  );
}

function knownAddresses({ nodes, backends, serviceAddresses }: ClusterFacts): KnownAddress[] {
  const storage = new Set(backends.seen ? backends.value.map(({ server }) => server) : []);
  const all: KnownAddress[] = [
    ...(nodes.seen ? nodes.value : []).flatMap(({ name, addresses }) =>
      addresses.map((address) => ({ what: 'node' as const, name, address })),
    ),
    ...[...storage].map((address) => ({ what: 'storage' as const, name: address, address })),
    ...(serviceAddresses.seen ? serviceAddresses.value : []).flatMap(
      ({ namespace, name, addresses }) =>
        addresses.map((address) => ({
          what: 'service' as const,
          name: `${namespace}/${name}`,
          address,
        })),
    ),
  ];
  // a server can stand in volumes by its name
  return all.filter(({ address }) => isAddress(address));
}

function isAddress(text: string): boolean {
  return readIpv4(text) >= 0 || readIpv6(text) !== undefined;
}

/** Routes come from objects that people write. */
function isPrefix(text: string): boolean {
  const [address = '', length, ...rest] = text.split('/');
  if (rest.length > 0 || length === undefined || !/^\d{1,3}$/.test(length)) return false;
  return isAddress(address) && Number(length) <= (familyOf(address) === 'ipv4' ? 32 : 128);
}
