import { readIpv4 } from '../model/address.ts';
import { type Flow, PROTOCOL_NUMBER } from '../model/flow.ts';
import { type Place, placeOf, wordsOf } from './audit-place.ts';
import type { Asker } from './decision.ts';
import { LOOPBACK } from './devices.ts';
import { emptyFlow4 } from './flow.ts';
import { linkEnd } from './trace-link.ts';
import { isTunnelDevice } from './trace-tunnel.ts';
import type { World } from './world.ts';

/** Longer paths than this are left to the full trace, which finds loops. */
const MOST_HOPS = 16;

/** Where a link leads; undefined where that is not plain. */
type LinkTo = { readonly place: Place; readonly device: number } | undefined;

/**
 * A test for flows whose both legs arrive, by hosts that each have one answer and links that lead
 * to one host. False means only that it is not that plain.
 */
export function plainPaths(world: World): (from: string, flow: Flow) => boolean {
  const places = new Map<string, Place | undefined>();
  const links = new Map<Place, Map<number, LinkTo>>();
  const numbers = new Map<string, number>();
  const packet = emptyFlow4();

  return (from, flow) => {
    const start = placeAt(from);
    if (!start) return false;
    packet.source = flow.source === undefined ? 0 : numberOf(flow.source);
    if (packet.source !== 0 && !start.owns(packet.source)) return false;
    packet.destination = numberOf(flow.destination);
    packet.protocol = PROTOCOL_NUMBER[flow.protocol];
    packet.sourcePort = flow.sourcePort ?? 0;
    packet.destinationPort = flow.destinationPort ?? 0;
    const server = follow(start, flow.protocol === 'tcp' ? 'tcp-connect' : 'udp-send');
    if (!server) return false;
    turnRound();
    return follow(server, 'reply') !== undefined;
  };

  function turnRound(): void {
    const { source, destination, sourcePort, destinationPort } = packet;
    packet.source = destination;
    packet.destination = source;
    packet.sourcePort = destinationPort;
    packet.destinationPort = sourcePort;
  }

  /** Where the packet arrives; sets its source to the one that was chosen. */
  function follow(start: Place, asker: Asker): Place | undefined {
    packet.iif = LOOPBACK;
    let at: Place = start;
    let answer = start.send(packet, asker);
    for (let hops = 0; answer.is === 'passed' && hops < MOST_HOPS; hops++) {
      packet.source ||= answer.source;
      const link = linkOf(at, answer.device, answer.gateway || packet.destination);
      if (!link) return undefined;
      at = link.place;
      packet.iif = link.device;
      answer = at.receive(packet);
      if (answer.is === 'taken') return at;
      if (rewrites(at, link.device)) return undefined;
    }
    return undefined;
  }

  function linkOf(place: Place, device: number, nextHop: number): LinkTo {
    let known = links.get(place);
    if (!known) {
      known = new Map();
      links.set(place, known);
    }
    const key = device * 2 ** 32 + nextHop;
    if (!known.has(key)) known.set(key, findLink(place, device, nextHop));
    return known.get(key);
  }

  function findLink(place: Place, device: number, nextHop: number): LinkTo {
    const words = wordsOf(place, device, nextHop);
    if (isTunnelDevice(place.host, words.device)) return undefined;
    const end = linkEnd(world, place.host, words);
    const next = end.is === 'host' ? placeAt(end.host.id) : undefined;
    if (end.is !== 'host' || !next) return undefined;
    return { place: next, device: next.kernel.devices.idOf(end.device) };
  }

  function placeAt(id: string): Place | undefined {
    if (!places.has(id)) places.set(id, placeOf(world.hosts[id]));
    return places.get(id);
  }

  function numberOf(address: string): number {
    const known = numbers.get(address);
    if (known !== undefined) return known;
    const number = readIpv4(address);
    numbers.set(address, number);
    return number;
  }
}

/** Whether a host may put another source into what it forwards from this device. */
function rewrites({ host, kernel }: Place, device: number): boolean {
  const name = kernel.devices.list[device]?.name ?? '';
  return name.startsWith('tailscale') || (host.masquerades?.length ?? 0) > 0;
}
