import type { HostFacts } from '../model/host.ts';
import { familyOf, prefixContains, prefixLength } from '../model/prefix.ts';
import type { TailscalePeer } from '../model/tailscale.ts';
import type { Case } from './cause.ts';
import { answeredOthers } from './evidence.ts';

/** The peer with the longest prefix for `address`; the offer to be an exit node does not count. */
export function longestHolder(
  peers: readonly TailscalePeer[],
  address: string,
): TailscalePeer | undefined {
  let best: { peer: TailscalePeer; length: number } | undefined;
  for (const peer of peers) {
    for (const prefix of peer.allowedIps) {
      if (familyOf(prefix) !== familyOf(address) || !prefixContains(prefix, address)) continue;
      const length = prefixLength(prefix);
      // an exit node offers everything and advertises nothing in particular
      if (length === 0) continue;
      if (!best || length > best.length) best = { peer, length };
    }
  }
  return best?.peer;
}

/**
 * What the cluster calls the resource that tells the tailnet about an address:
 * `Connector homelab-subnet-router`.
 */
function advertisingResource({ cluster }: Case['snapshot'], address: string): string | undefined {
  const resources = cluster?.tailnet.seen ? cluster.tailnet.value : [];
  const found = resources.find(({ advertises }) =>
    advertises.some(
      (prefix) =>
        /\/\d+$/.test(prefix) &&
        familyOf(prefix) === familyOf(address) &&
        prefixLength(prefix) > 0 &&
        prefixContains(prefix, address),
    ),
  );
  return found && `${found.kind} ${found.name}`;
}

/** Who gives a route to the tailnet, as people call it, and as tailscaled sees it if it does. */
interface Advertiser {
  /** `Connector homelab-subnet-router of the cluster`, or the machine of the tailnet. */
  readonly name: string;
  readonly peer: TailscalePeer | undefined;
}

/**
 * Who advertises the route for `prefix` that `host` has: its own tailscaled knows best, then any
 * other that was seen. A resource of the cluster is named if it is that machine, or where nobody
 * but the cluster tells; that it advertises something wider is not enough.
 */
export function advertiserOfRoute(
  { snapshot }: Case,
  host: HostFacts,
  prefix: string,
): Advertiser | undefined {
  const { status } = host.tailscale;
  const self = status.seen ? status.value.self?.id : undefined;
  const peer = [host, ...Object.values(snapshot.hosts)]
    .flatMap(membersSeenBy)
    .find(({ id, allowedIps }) => id !== self && allowedIps.includes(prefix));
  const { tailnet } = snapshot.cluster ?? {};
  const resource = (tailnet?.seen ? tailnet.value : []).find(({ advertises, tailnetAddresses }) =>
    peer
      ? peer.addresses.some((one) => tailnetAddresses.includes(one))
      : advertises.includes(prefix),
  );
  if (resource) return { name: `${resource.kind} ${resource.name} of the cluster`, peer };
  return peer && { name: peer.hostName, peer };
}

/** Who advertises `address`: what the cluster calls it, or the machine of the tailnet. */
export function advertiserOfAny({ snapshot }: Case, address: string): string | undefined {
  const members = Object.values(snapshot.hosts).flatMap(membersSeenBy);
  return advertisingResource(snapshot, address) ?? longestHolder(members, address)?.hostName;
}

/** Machines of the tailnet, as any tailscaled on a host tells. */
function membersSeenBy({ tailscale, tailscaleElsewhere }: HostFacts): TailscalePeer[] {
  const elsewhere = tailscaleElsewhere.seen ? tailscaleElsewhere.value : [];
  const own = tailscale.status.seen ? [tailscale.status.value] : [];
  return [...own, ...elsewhere.map(({ status }) => status)].flatMap(({ self, peers }) =>
    self ? [self, ...peers] : peers,
  );
}

/** Clients that are answered because nobody in the tailnet advertises them. */
export function contrastOf(c: Case): string[] {
  return answeredOthers(c).map(({ name, address }) => {
    if (address === undefined) return `${name} is answered`;
    const advertiser = advertiserOfAny(c, address);
    const why = advertiser ? `although ${advertiser} advertises it` : 'which nobody advertises';
    return `${name} (${address}), ${why}, is answered`;
  });
}
