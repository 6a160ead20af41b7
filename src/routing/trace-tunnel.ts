import type { Family } from '../model/network.ts';
import { familyOf, prefixContains, prefixLength } from '../model/prefix.ts';
import type { TailscalePeer, TailscaleStatus } from '../model/tailscale.ts';
import { isVpnDevice } from './vpn.ts';
import type { World, WorldHost } from './world.ts';

/** What becomes of a packet that a host hands to a tunnel device. */
export type Crossing =
  | {
      readonly is: 'handed';
      readonly peer: string;
      readonly notes: readonly string[];
      readonly far: FarEnd;
    }
  /** The peer's cryptokey routing does not accept the source from this sender. */
  | { readonly is: 'refused'; readonly peer: string; readonly because: string }
  | { readonly is: 'nobody'; readonly because: string }
  | { readonly is: 'unclear'; readonly because: string; readonly missing: string };

/** Where a tunnel ends. */
export type FarEnd =
  | { readonly is: 'host'; readonly host: WorldHost; readonly device: string }
  /** A member with a network of its own inside a host we looked at. */
  | { readonly is: 'pod'; readonly host: WorldHost; readonly addresses: readonly string[] }
  | { readonly is: 'unseen'; readonly addresses: readonly string[] };

interface Crosser {
  readonly device: string;
  readonly source: string | undefined;
  readonly destination: string;
}

/** Whether a device of this host leads into a tunnel. */
export function isTunnelDevice(host: WorldHost, device: string): boolean {
  return (
    isTailscaleDevice(host, device) ||
    host.wireguard.some(({ dev }) => dev === device) ||
    isVpnDevice(
      device,
      host.state.links.find(({ name }) => name === device),
    )
  );
}

/** The device tailscaled made: by its name, or because it carries the host's tailnet address. */
function isTailscaleDevice({ state, tailscale }: WorldHost, device: string): boolean {
  if (device.startsWith('tailscale')) return true;
  const self = tailscale?.status.seen ? tailscale.status.value.self : undefined;
  if (!self) return false;
  return state.addresses.some(({ dev, local }) => dev === device && self.addresses.includes(local));
}

/** Follows a packet into a tunnel; `undefined` when the device is none. */
export function crossTunnel(world: World, host: WorldHost, packet: Crosser): Crossing | undefined {
  if (isTailscaleDevice(host, packet.device)) return crossTailscale(world, host, packet);
  if (host.wireguard.some(({ dev }) => dev === packet.device)) {
    return crossWireguard(world, host, packet);
  }
  if (!isTunnelDevice(host, packet.device)) return undefined;
  return {
    is: 'unclear',
    because: `${packet.device} leads into a VPN, and who is behind it was not seen`,
    missing: `peers of ${packet.device} at ${host.name}`,
  };
}

function crossTailscale(world: World, host: WorldHost, packet: Crosser): Crossing {
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

/** WireGuard: the peer whose AllowedIPs hold the destination longest; the same for the source. */
function crossWireguard(world: World, host: WorldHost, packet: Crosser): Crossing {
  const own = host.wireguard.find(({ dev }) => dev === packet.device);
  const peer = longestHolder(own?.peers ?? [], packet.destination, () => true);
  if (!own || !peer) {
    return {
      is: 'nobody',
      because: `no peer of ${packet.device} has ${packet.destination} in its AllowedIPs`,
    };
  }
  const far = Object.values(world.hosts).flatMap((other) =>
    other.wireguard
      .filter(({ publicKey }) => publicKey === peer.publicKey)
      .map((device) => ({ host: other, device })),
  )[0];
  if (!far) {
    return {
      is: 'unclear',
      because: `the WireGuard peer ${shortKey(peer.publicKey)} of ${packet.device} was not looked at`,
      missing: `AllowedIPs that the peer ${shortKey(peer.publicKey)} of ${host.name} has for it`,
    };
  }
  const { source } = packet;
  const back = source && longestHolder(far.device.peers, source, () => true);
  if (source !== undefined && (!back || back.publicKey !== own.publicKey)) {
    return {
      is: 'refused',
      peer: far.host.name,
      because: `${far.host.name} drops it: ${source} is not in the AllowedIPs it has for ${host.name}`,
    };
  }
  const end: FarEnd = { is: 'host', host: far.host, device: far.device.dev };
  return { is: 'handed', peer: far.host.name, notes: [], far: end };
}

/** The first characters suffice to tell keys apart for a reader. */
function shortKey(publicKey: string): string {
  return `${publicKey.slice(0, 8)}…`;
}

/** The member whose AllowedIPs hold an address longest, of those prefixes that count. */
function longestHolder<T extends { readonly allowedIps: readonly string[] }>(
  members: readonly T[],
  address: string,
  counts: (prefix: string, member: T) => boolean,
): T | undefined {
  let best: { member: T; length: number } | undefined;
  for (const member of members) {
    for (const prefix of member.allowedIps) {
      if (!holds(prefix, address) || !counts(prefix, member)) continue;
      const length = prefixLength(prefix);
      // the same prefix on two peers belongs to the one configured last
      if (!best || length >= best.length) best = { member, length };
    }
  }
  return best?.member;
}

/** What tailscaled tells comes from outside: a prefix that is none holds nothing. */
function holds(prefix: string, address: string): boolean {
  try {
    return familyOf(prefix) === familyOf(address) && prefixContains(prefix, address);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isOwn(prefix: string, addresses: readonly string[]): boolean {
  const bits: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };
  const [address = ''] = prefix.split('/');
  return prefixLength(prefix) === bits[familyOf(prefix)] && addresses.includes(address);
}
