import { bitsOf } from '../model/address.ts';
import { FAMILIES, type Family, TABLE } from '../model/network.ts';
import {
  canonicalPrefix,
  familyOf,
  prefixContains,
  prefixesOverlap,
  prefixLength,
} from '../model/prefix.ts';
import { decideOutput } from './decide-output.ts';
import { isVpnDevice } from './vpn.ts';
import { kernelFor, type WorldHost } from './world.ts';

/**
 * Prefixes of a host's connected subnets whose packets it sends into a VPN, from an address of that
 * very subnet. Empty where nothing is captured; undefined where rules or routes were not seen.
 *
 * Only a route of a VPN that overlaps a connected subnet can capture part of it, so only those are
 * asked about, each by its first address.
 */
export function capturedSubnets(host: WorldHost): readonly string[] | undefined {
  if (FAMILIES.every((family) => host.missing[family].length > 0)) return undefined;
  return FAMILIES.flatMap((family) => capturedIn(host, family));
}

function capturedIn(host: WorldHost, family: Family): string[] {
  const kernel = kernelFor(host, family);
  if (!kernel) return [];
  const { state } = host;
  const isVpn = (dev: string) =>
    isVpnDevice(
      dev,
      state.links.find(({ name }) => name === dev),
    );
  const vpnRoutes = state.routes[family].filter(
    ({ table, nexthops }) =>
      table !== TABLE.local && nexthops.some(({ dev }) => dev !== undefined && isVpn(dev)),
  );
  const connected = state.addresses.filter(
    ({ dev, local, prefixLength: length, scope }) =>
      familyOf(local) === family &&
      !isVpn(dev) &&
      scope === 'global' &&
      length < bitsOf(family) - 1,
  );
  const captured = new Set<string>();
  for (const { local, prefixLength: length } of connected) {
    const subnet = canonicalPrefix(`${local}/${length}`, family);
    for (const { prefix } of vpnRoutes) {
      if (!prefixesOverlap(prefix, subnet)) continue;
      const narrow = prefixLength(prefix) > length ? prefix : subnet;
      const destination = firstOther(narrow, local);
      const question = { family, destination, source: local, asker: 'reply' } as const;
      const [answer] = decideOutput(kernel, question).answers;
      if (answer.is === 'route' && isVpn(answer.device)) captured.add(narrow);
    }
  }
  return [...captured];
}

/** The first address of a prefix that is not the host's own. */
function firstOther(prefix: string, own: string): string {
  const [network = ''] = prefix.split('/');
  const bits = bitsOf(familyOf(own));
  if (prefixLength(prefix) === bits) return network;
  // network address itself: no host, but routed like its neighbours
  return prefixContains(`${own}/${bits}`, network) ? own : network;
}
