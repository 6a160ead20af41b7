import type { Address } from '../model/network.ts';
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

/** Addresses of the client on whose subnet the server is; undefined where they were not seen. */
export function sharedSubnets({ client, server }: Case): readonly Address[] | undefined {
  const addresses = client.facts?.network.addresses;
  if (!addresses?.seen) return undefined;
  const family = familyOf(server.address);
  return addresses.value.filter(
    ({ local, prefixLength }) =>
      familyOf(local) === family &&
      prefixLength < (family === 'ipv4' ? 32 : 128) &&
      prefixContains(`${local}/${prefixLength}`, server.address),
  );
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
