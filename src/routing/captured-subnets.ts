import { bitsOf, familyOf, writeIpv4 } from '../model/address.ts';
import { type Address, FAMILIES, type Family, TABLE } from '../model/network.ts';
import { canonicalPrefix, prefixesOverlap, prefixLength } from '../model/prefix.ts';
import { decideOutput } from './decide-output.ts';
import { isVpnDevice } from './vpn.ts';
import { edges4, stretchOf } from './whatif-edges4.ts';
import { addressText, edges6, stretchOf6 } from './whatif-edges6.ts';
import { kernelFor, type WorldHost } from './world.ts';

/**
 * Prefixes of a host's connected subnets of which it sends packets into a VPN, from an address of
 * that very subnet, `part of …` where some of them go straight. Empty where nothing is captured;
 * undefined where nothing was seen to be, and addresses, or the rules or routes of a family that has
 * some, were not seen.
 *
 * Only a route of a VPN that overlaps a connected subnet can capture part of it, so only those are
 * asked about: by the first address of each stretch in which no rule or route makes a difference.
 */
export function capturedSubnets(host: WorldHost): readonly string[] | undefined {
  if (host.state.addresses.length === 0) return undefined;
  const families = FAMILIES.filter((family) => connectedIn(host, family).length > 0);
  const captured = families.flatMap((family) => capturedIn(host, family));
  const isUnseen = families.some((family) => kernelFor(host, family) === undefined);
  return captured.length === 0 && isUnseen ? undefined : captured;
}

function connectedIn({ state }: WorldHost, family: Family): readonly Address[] {
  return state.addresses.filter(
    ({ dev, local, prefixLength: length, scope }) =>
      familyOf(local) === family &&
      !isVpn(state, dev) &&
      scope === 'global' &&
      length < bitsOf(family) - 1,
  );
}

function isVpn({ links }: WorldHost['state'], dev: string): boolean {
  return isVpnDevice(
    dev,
    links.find(({ name }) => name === dev),
  );
}

function capturedIn(host: WorldHost, family: Family): string[] {
  const vpnPrefixes = prefixesOfVpns(host, family);
  const firsts = vpnPrefixes.length > 0 ? firstAddresses(host, family) : undefined;
  if (!firsts) return [];
  const captured = connectedIn(host, family).flatMap(({ local, prefixLength: length }) => {
    const subnet = canonicalPrefix(`${local}/${length}`, family);
    return vpnPrefixes
      .filter((prefix) => prefixesOverlap(prefix, subnet))
      .map((prefix) => (prefixLength(prefix) > length ? prefix : subnet))
      .flatMap((narrow) => {
        const ways = firsts(narrow).flatMap((to) => wayTo(host, { family, to, from: local }));
        if (!ways.includes('vpn')) return [];
        return [ways.includes('other') ? `part of ${narrow}` : narrow];
      });
  });
  return [...new Set(captured)];
}

function prefixesOfVpns({ state }: WorldHost, family: Family): readonly string[] {
  return state.routes[family]
    .filter(
      ({ table, nexthops }) =>
        table !== TABLE.local && nexthops.some(({ dev }) => dev !== undefined && isVpn(state, dev)),
    )
    .map(({ prefix }) => prefix);
}

/** Nothing for what is no other host: an address of its own, or a broadcast. */
function wayTo(
  host: WorldHost,
  { family, to, from }: { readonly family: Family; readonly to: string; readonly from: string },
): ('vpn' | 'other')[] {
  const kernel = kernelFor(host, family);
  if (!kernel) return [];
  const question = { family, destination: to, source: from, asker: 'reply' } as const;
  const [answer] = decideOutput(kernel, question).answers;
  if (answer.is !== 'route') return ['other'];
  if (answer.type !== 'unicast') return [];
  return [isVpn(host.state, answer.device) ? 'vpn' : 'other'];
}

/**
 * The first address of each stretch of a prefix within which a host decides alike; undefined where
 * it cannot be asked.
 */
function firstAddresses(
  host: WorldHost,
  family: Family,
): ((prefix: string) => readonly string[]) | undefined {
  const kernel = kernelFor(host, family);
  if (!kernel) return undefined;
  const both = { before: host.state, after: host.state };
  if (family === 'ipv6') {
    const edges = edges6(both);
    return (prefix) => within(stretchOf6(prefix), edges).map(addressText);
  }
  const edges = edges4(both, [{ kernel }]);
  return (prefix) => within(stretchOf(prefix), edges).map(writeIpv4);
}

/** The first of a stretch, and every edge inside it. */
function within<T extends number | bigint>(
  [first, end]: readonly [T, T],
  edges: Iterable<T>,
): readonly T[] {
  const inside = [...edges].filter((edge) => edge > first && edge < end);
  return [first, ...inside];
}
