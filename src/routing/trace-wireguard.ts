import { type Crosser, type Crossing, type FarEnd, longestHolder } from './trace-crossing.ts';
import type { World, WorldHost } from './world.ts';

/** WireGuard: the peer whose AllowedIPs hold the destination longest; the same for the source. */
export function crossWireguard(world: World, host: WorldHost, packet: Crosser): Crossing {
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
