import type { Address, Neighbour } from '../model/network.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import { isTunnelDevice } from './trace-tunnel.ts';
import type { World, WorldHost } from './world.ts';

/** States of a neighbour that was asked for and has not answered. */
const UNANSWERED = ['FAILED', 'INCOMPLETE'];

/** Who takes a packet off a link. */
export type LinkEnd =
  | { readonly is: 'host'; readonly host: WorldHost; readonly device: string }
  /** Nobody we looked at has that address. */
  | { readonly is: 'unseen' }
  /** The kernel asked for the address on this link and got no answer. */
  | { readonly is: 'no-neighbour' }
  | { readonly is: 'unclear'; readonly because: string; readonly missing: string };

/**
 * Who receives what `from` sends to `nextHop` by `device`.
 *
 * The neighbour entry decides where its hardware address is known; otherwise the owner of the
 * address does, if it has a device on the same subnet.
 */
export function linkEnd(
  world: World,
  from: WorldHost,
  { device, nextHop }: { readonly device: string; readonly nextHop: string },
): LinkEnd {
  const entry = from.state.neighbours.find((n) => n.address === nextHop && n.dev === device);
  const byMac = entry?.mac === undefined ? undefined : world.deviceWithMac(entry.mac);
  if (byMac && byMac.host !== from) return { is: 'host', ...byMac };

  const owners = world.ownersOf(nextHop).filter(({ host }) => host !== from);
  const reachable = owners.flatMap((owner) => {
    const received = receivingDevice(from, device, owner);
    return received === undefined ? [] : [{ host: owner.host, device: received }];
  });
  const [first, second] = reachable;
  if (first && second && first.host !== second.host) {
    return {
      is: 'unclear',
      because: `${first.host.name} and ${second.host.name} both have ${nextHop}`,
      missing: neighbourWords(from, device, nextHop),
    };
  }
  if (first && !isInsideOnly(from, device)) return { is: 'host', ...first };
  if (isFailed(entry)) return { is: 'no-neighbour' };
  if (entry?.mac !== undefined) return { is: 'unseen' };
  if (owners[0] || first) return elsewhere(from, { device, nextHop }, (owners[0] ?? first)?.host);
  if (isInsideOnly(from, device)) return elsewhere(from, { device, nextHop }, undefined);
  return { is: 'unseen' };
}

function elsewhere(
  from: WorldHost,
  { device, nextHop }: { readonly device: string; readonly nextHop: string },
  owner: WorldHost | undefined,
): LinkEnd {
  const because = owner
    ? `${nextHop} belongs to ${owner.name}, which is not known to be on the link of ${device}`
    : `${device} is a bridge inside ${from.name}, and whether anything there has ${nextHop} is not known`;
  return { is: 'unclear', because, missing: neighbourWords(from, device, nextHop) };
}

function neighbourWords(from: WorldHost, device: string, nextHop: string): string {
  return `neighbour entry of ${nextHop} on ${device} at ${from.name}`;
}

function isFailed(entry: Neighbour | undefined): boolean {
  return entry?.state.some((state) => UNANSWERED.includes(state)) === true;
}

/**
 * The device of the owner that is on the link, `undefined` when none is. Linux answers for any of
 * its addresses on any device (arp_ignore 0), so that need not be the device that holds it.
 */
function receivingDevice(
  from: WorldHost,
  device: string,
  owner: { readonly host: WorldHost; readonly device: string },
): string | undefined {
  const own = from.state.addresses.filter(({ dev }) => dev === device);
  if (own.length === 0) return isTunnelDevice(owner.host, owner.device) ? undefined : owner.device;
  const sharing = owner.host.state.addresses
    .filter(({ dev }) => dev !== 'lo' && !isTunnelDevice(owner.host, dev))
    .filter((theirs) => own.some((ours) => shareSubnet(ours, theirs)))
    .map(({ dev }) => dev);
  return sharing.includes(owner.device) ? owner.device : sharing[0];
}

function shareSubnet(a: Address, b: Address): boolean {
  if (familyOf(a.local) !== familyOf(b.local) || a.local === b.local) return false;
  return holds(a, b.local) || holds(b, a.local);
}

function holds({ local, peer, prefixLength }: Address, address: string): boolean {
  return prefixContains(`${peer ?? local}/${prefixLength}`, address);
}

/** A bridge of containers: no port leads out of the machine. */
function isInsideOnly({ state }: WorldHost, device: string): boolean {
  const link = state.links.find(({ name }) => name === device);
  if (link?.kind !== 'bridge') return false;
  return state.links.filter(({ master }) => master === device).every(({ kind }) => kind === 'veth');
}
