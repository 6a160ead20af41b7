import { isAddress } from '../model/address.ts';
import { type Address, type Family, TABLE } from '../model/network.ts';
import { familyOf, prefixContains, prefixLength } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isVpnDevice } from '../routing/vpn.ts';
import { worldOf } from '../routing/world.ts';
import { nodeAddress, podNodeOf, sourceAddress } from './cases.ts';

/** A routing question for the kernel of one host. */
export interface RouteQuestion {
  readonly host: string;
  readonly destination: string;
  /** The reply's lookup has the source the request came to; a connect has none yet. */
  readonly source?: string | undefined;
  /** Set when the question is about a packet that comes in. */
  readonly inputDevice?: string | undefined;
}

/**
 * What the kernels on both ends should be asked about the flows of a snapshot: how the client goes
 * there, whether the server lets it in, and how the server goes back, to the client and to pods that
 * it is compared with. Only hosts whose own state was seen are asked.
 */
export function routeQuestions(snapshot: Snapshot): RouteQuestion[] {
  const { from, to, serverAddresses, compare } = snapshot.question;
  const world = worldOf(snapshot);
  const pods = compare.filter((id) => podNodeOf(snapshot, world, id) !== undefined);
  const ways = serverAddresses.flatMap((server) => {
    const there = snapshot.hosts[from] ? [{ host: from, destination: server }] : [];
    const client =
      sourceAddress(world, from, server) ??
      addressItself(from, server) ??
      nodeAddress(snapshot, from, server);
    if (!client || !snapshot.hosts[to]) return there;
    const iif = lanAddress(snapshot, to, client)?.dev;
    const arrives = iif
      ? [{ host: to, destination: server, source: client, inputDevice: iif }]
      : [];
    return [...there, ...arrives, { host: to, destination: client, source: server }];
  });
  if (!snapshot.hosts[to]) return ways;
  const back = serverAddresses.flatMap((source) =>
    pods.flatMap((pod) => {
      const destination = sourceAddress(world, pod, source);
      return destination === undefined ? [] : [{ host: to, destination, source }];
    }),
  );
  return [...ways, ...back];
}

/**
 * The addresses of the server that are worth asking: on a subnet it shares with the client, or the
 * ones given by the user.
 */
export function sharedAddresses(snapshot: Snapshot): string[] {
  const { from, to } = snapshot.question;
  const clients = lanAddresses(snapshot, from);
  return lanAddresses(snapshot, to)
    .filter((server) =>
      clients.some(
        (client) =>
          client.local !== server.local &&
          familyOf(client.local) === familyOf(server.local) &&
          prefixContains(`${server.local}/${server.prefixLength}`, client.local),
      ),
    )
    .map(({ local }) => local);
}

function lanAddress(snapshot: Snapshot, host: string, neighbour: string): Address | undefined {
  return lanAddresses(snapshot, host).find(
    ({ local, prefixLength }) =>
      familyOf(local) === familyOf(neighbour) &&
      prefixContains(`${local}/${prefixLength}`, neighbour),
  );
}

/** Global addresses on devices that are no VPN. */
function lanAddresses({ hosts }: Snapshot, id: string): Address[] {
  const network = hosts[id]?.network;
  if (!network?.addresses.seen) return [];
  const links = network.links.seen ? network.links.value : [];
  return network.addresses.value.filter(
    ({ dev, scope }) =>
      scope === 'global' &&
      !isVpnDevice(
        dev,
        links.find(({ name }) => name === dev),
      ),
  );
}

function addressItself(id: string, like: string): string | undefined {
  return isAddress(id) && familyOf(id) === familyOf(like) ? id : undefined;
}

/**
 * The default gateway of a host: a neighbour on its LAN to compare with. Not a link-local one,
 * which cannot be asked without naming a device.
 */
export function gatewayOf({ hosts }: Snapshot, id: string, family: Family): string | undefined {
  const routes = hosts[id]?.network.routes[family];
  if (!routes?.seen) return undefined;
  return routes.value
    .filter(({ prefix, table }) => table === TABLE.main && prefixLength(prefix) === 0)
    .map(({ nexthops }) => nexthops[0]?.gateway)
    .find((gateway) => gateway !== undefined && !gateway.startsWith('fe80:'));
}
