import { canonicalAddress } from '../model/prefix.ts';
import type { Case } from './cause.ts';
import { detourOf, devicesTo, neighboursOf, wayOfClient } from './neighbours.ts';

/**
 * Why what answers may not be the machine that was looked at: an address that two have, that has
 * moved, or that a router answers for. Undefined where nothing speaks for that.
 */
export function anotherMachine(c: Case): string | undefined {
  if (isHeld(c) === false) return `${c.server.name} does not hold ${c.server.address}`;
  const mac = foreignMac(c);
  return mac && `${mac} answers for ${c.server.address} and is no device of ${c.server.name}`;
}

/**
 * Whether the server has the address that it is asked at; undefined where its addresses were not all
 * seen, and the one is not among those that were.
 */
export function isHeld({ snapshot, server }: Case): boolean | undefined {
  const { network, tailscale } = server.facts ?? {};
  if (!network?.addresses.seen) return undefined;
  // in userspace mode no device has the address of the tailnet
  const inTailnet = tailscale?.status.seen ? (tailscale.status.value.self?.addresses ?? []) : [];
  const own = [...network.addresses.value.map(({ local }) => local), ...inTailnet];
  if (own.includes(canonicalAddress(server.address))) return true;
  // a route of type local takes what no device has
  const isLocal = snapshot.observations.some(
    (o) =>
      o.kind === 'kernel-route' &&
      o.host === server.id &&
      o.flow.destination === server.address &&
      o.answer.is === 'route' &&
      o.answer.type === 'local',
  );
  if (isLocal) return true;
  return network.incomplete.some(({ part }) => part === 'addresses') ? undefined : false;
}

/** Whoever answers ARP on the client's own LAN, where that is none of the server's devices. */
function foreignMac(c: Case): string | undefined {
  const { links, incomplete = [] } = c.server.facts?.network ?? {};
  if (!links?.seen || incomplete.some(({ part }) => part === 'links')) return undefined;
  // by way of a router nobody is asked, and an old entry says nothing
  const way = wayOfClient(c);
  const isDirect = way
    ? detourOf(way) === undefined
    : devicesTo(c.client.facts, c.server.address).length > 0;
  if (!isDirect) return undefined;
  const own = links.value.map(({ mac }) => mac?.toLowerCase());
  const macs = neighboursOf(c).flatMap(({ neighbour: { mac } }) => mac?.toLowerCase() ?? []);
  return macs.some((mac) => own.includes(mac)) ? undefined : macs[0];
}
