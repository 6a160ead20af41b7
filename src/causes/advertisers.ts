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
export function advertisingResource(
  { cluster }: Case['snapshot'],
  address: string,
): string | undefined {
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

/** Who advertises `address`: what the cluster calls it, or the machine of the tailnet. */
export function advertiserOfAny(c: Case, address: string): string | undefined {
  return advertisingResource(c.snapshot, address) ?? advertiserAnywhere(c, address)?.hostName;
}

/** Who advertises `address`, as any tailscaled that was seen anywhere tells. */
export function advertiserAnywhere({ snapshot }: Case, address: string): TailscalePeer | undefined {
  for (const host of Object.values(snapshot.hosts)) {
    const elsewhere = host.tailscaleElsewhere.seen ? host.tailscaleElsewhere.value : [];
    const own = host.tailscale.status.seen ? [host.tailscale.status.value] : [];
    for (const { self, peers } of [...own, ...elsewhere.map(({ status }) => status)]) {
      const holder = longestHolder(self ? [self, ...peers] : peers, address);
      if (holder) return holder;
    }
  }
  return undefined;
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
