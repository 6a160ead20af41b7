import type { Family } from '../model/network.ts';
import { familyOf, prefixLength } from '../model/prefix.ts';
import type { TailscalePeer, TailscaleStatus } from '../model/tailscale.ts';
import {
  type Crosser,
  type Crossing,
  type FarEnd,
  holds,
  longestHolder,
} from './trace-crossing.ts';
import type { World, WorldHost } from './world.ts';

/** To the member whose AllowedIPs hold the destination longest, if it takes the source. */
export function crossTailscale(world: World, host: WorldHost, packet: Crosser): Crossing {
  const { tailscale } = host;
  if (!tailscale?.status.seen) {
    const why = tailscale && !tailscale.status.seen ? `: ${tailscale.status.why}` : '';
    return {
      is: 'unclear',
      because: `${packet.device} leads into the tailnet, and its members were not seen`,
      missing: `Tailscale status of ${host.name}${why}`,
    };
  }
  const status = tailscale.status.value;
  const accepts = tailscale.prefs.seen ? tailscale.prefs.value.acceptsRoutes : true;
  const peer = longestHolder(
    status.peers,
    packet.destination,
    (prefix, { addresses, exitNode }) => {
      if (prefix.endsWith('/0')) return exitNode;
      return accepts || isOwn(prefix, addresses);
    },
  );
  if (!peer) {
    return { is: 'nobody', because: `no member of the tailnet owns ${packet.destination}` };
  }
  const far = farEndOf(world, peer);
  const verdict = accepted(status, { far, peer, packet, host });
  if (verdict.is !== 'accepted') return verdict;
  if (!peer.online) {
    return { is: 'refused', peer: peer.hostName, because: `${peer.hostName} is offline` };
  }
  return { is: 'handed', peer: peer.hostName, notes: verdict.notes, far };
}

/**
 * Whether the far end takes this source from this sender. Each member accepts from another only
 * what that other's AllowedIPs hold: its tailnet addresses and the routes approved for it, the
 * latter only when the far end accepts routes itself.
 * Source: WireGuard cryptokey routing; tailscale net/routemanager, wgengine/wgcfg.
 */
function accepted(
  status: TailscaleStatus,
  {
    far,
    peer,
    packet,
    host,
  }: { far: FarEnd; peer: TailscalePeer; packet: Crosser; host: WorldHost },
):
  | { readonly is: 'accepted'; readonly notes: readonly string[] }
  | (Crossing & { is: 'refused' | 'unclear' }) {
  const { self } = status;
  const { source } = packet;
  if (!self || source === undefined) {
    const what = self ? 'source address' : 'own tailnet addresses';
    return {
      is: 'unclear',
      because: `whether ${peer.hostName} accepts the packet depends on its ${what}`,
      missing: `${what} of ${host.name}`,
    };
  }
  if (self.addresses.includes(source)) return { is: 'accepted', notes: [] };
  const view = viewOf(far, self);
  const allowed = view?.allowedIps ?? self.allowedIps;
  const routed = allowed.some((prefix) => holds(prefix, source));
  if (!routed) return refusal(peer, packet, host);
  const prefs = far.is === 'host' ? far.host.tailscale?.prefs : undefined;
  if (prefs?.seen && !prefs.value.acceptsRoutes) {
    return {
      is: 'refused',
      peer: peer.hostName,
      because: `${peer.hostName} accepts no subnet routes, so it drops the source ${source}`,
    };
  }
  const note = `${peer.hostName} takes the source ${source} because ${host.name} is approved for it`;
  return { is: 'accepted', notes: [note] };
}

function refusal(
  peer: TailscalePeer,
  { source }: Crosser,
  host: WorldHost,
): Crossing & { is: 'refused' } {
  return {
    is: 'refused',
    peer: peer.hostName,
    because: `${peer.hostName} drops it: ${source} is neither a tailnet address of ${host.name} nor in a route approved for it`,
  };
}

/** What the far end, where somebody looked at it, knows of the sender. */
function viewOf(far: FarEnd, self: TailscalePeer): TailscalePeer | undefined {
  const seen = far.is === 'host' ? far.host.tailscale?.status : undefined;
  const own = seen?.seen ? [seen.value] : [];
  const inPod = far.is === 'pod' ? far.host.podTailnets : [];
  const mine = inPod.filter(({ self: other }) => other && sameMember(other, far));
  for (const { peers } of [...own, ...mine]) {
    const found = peers.find(({ addresses }) => addresses.some((a) => self.addresses.includes(a)));
    if (found) return found;
  }
  return undefined;
}

function sameMember(member: TailscalePeer, far: FarEnd): boolean {
  return far.is !== 'host' && member.addresses.some((address) => far.addresses.includes(address));
}

function farEndOf(world: World, peer: TailscalePeer): FarEnd {
  for (const address of peer.addresses) {
    const [owner] = world.ownersOf(address);
    if (owner) return { is: 'host', ...owner };
  }
  for (const host of Object.values(world.hosts)) {
    const member = host.podTailnets.some(({ self }) =>
      self?.addresses.some((address) => peer.addresses.includes(address)),
    );
    if (member) return { is: 'pod', host, addresses: peer.addresses };
  }
  return { is: 'unseen', addresses: peer.addresses };
}

function isOwn(prefix: string, addresses: readonly string[]): boolean {
  const bits: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };
  const [address = ''] = prefix.split('/');
  return prefixLength(prefix) === bits[familyOf(prefix)] && addresses.includes(address);
}
