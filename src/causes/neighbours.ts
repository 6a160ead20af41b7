import type { HostFacts } from '../model/host.ts';
import type { KernelRoute, NeighbourSample } from '../model/observation.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import type { Case } from './cause.ts';

/** What the client's kernel says of its way to the server, where it was asked. */
export function wayOfClient({ snapshot, client, server }: Case): KernelRoute | undefined {
  return snapshot.observations.findLast(
    (o): o is KernelRoute =>
      o.kind === 'kernel-route' &&
      o.host === client.id &&
      o.inputDevice === undefined &&
      o.flow.destination === server.address,
  );
}

/** How it goes instead of straight to the neighbour; undefined where it goes straight. */
export function detourOf({ answer }: KernelRoute): string | undefined {
  if (answer.is === 'error' || answer.type !== 'unicast') return 'not at all';
  return answer.gateway === undefined ? undefined : `by way of ${answer.gateway}`;
}

/**
 * Devices on whose own subnet an address is, the narrowest where several have it; none for an address
 * that only a router leads to.
 */
export function devicesTo(facts: HostFacts | undefined, address: string): readonly string[] {
  const addresses = facts?.network.addresses;
  if (!addresses?.seen) return [];
  const family = familyOf(address);
  const around = addresses.value.filter(
    ({ local, prefixLength }) =>
      familyOf(local) === family &&
      prefixLength < (family === 'ipv4' ? 32 : 128) &&
      prefixContains(`${local}/${prefixLength}`, address),
  );
  const narrowest = Math.max(...around.map(({ prefixLength }) => prefixLength));
  return around.filter(({ prefixLength }) => prefixLength === narrowest).map(({ dev }) => dev);
}

/** The latest word of each device on the server's address; of the device that is used, if known. */
export function neighboursOf(c: Case): NeighbourSample[] {
  const way = wayOfClient(c)?.answer;
  const used = way?.is === 'route' ? way.dev : undefined;
  const latest = new Map<string, NeighbourSample>();
  for (const o of c.snapshot.observations) {
    if (o.kind !== 'neighbour' || o.host !== c.client.id) continue;
    const { address, dev } = o.neighbour;
    if (address === c.server.address && (used ?? dev) === dev) latest.set(dev, o);
  }
  return [...latest.values()];
}

const MISSED = ['FAILED', 'INCOMPLETE'];

/** It was asked for and did not answer. */
export function isMissed({ neighbour }: NeighbourSample): boolean {
  return neighbour.state.some((state) => MISSED.includes(state));
}
