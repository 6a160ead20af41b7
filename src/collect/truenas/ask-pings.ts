import * as z from 'zod';
import { isAddress } from '../../model/address.ts';
import type { HostFacts } from '../../model/host.ts';
import { TABLE } from '../../model/network.ts';
import type { BoundPing } from '../../model/observation.ts';
import { familyOf, prefixContains } from '../../model/prefix.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Truenas } from '../../ports/truenas.ts';
import { type ApiMeans, askApi, typedCall } from './ask-api.ts';

export interface PingAsk {
  readonly host: HostFacts;
  readonly client: string;
  /** The address of the NAS that the client uses. */
  readonly server: string;
  /** Other machines of that LAN, as far as they are known. */
  readonly neighbours: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A LAN answers within milliseconds; a whole second is the least that the API takes. */
const WAIT_S = 1;
/** One lost packet must not look like a decision of the kernel. */
const ROUNDS = 2;
const MOST_NEIGHBOURS = 3;

const Answer = z.boolean();
const Arp = z.record(z.string(), z.string().nullish());

type Bound = Pick<BoundPing, 'to' | 'by' | 'bound'>;

/**
 * Has a TrueNAS ping a client unbound, bound to the device of the LAN, and bound to its LAN address
 * as replies are; and, bound to that address, some neighbours that no VPN route takes. That asks its
 * kernel by experiment what no method of the API tells. Never rejects; what could not be asked (the
 * role is FULL_ADMIN) is not there.
 *
 * Source: truenas middleware service/core_service.py, ping_remote; `ping(8)`, -I
 */
export async function askPings(api: Truenas, ask: PingAsk): Promise<readonly BoundPing[]> {
  const { host, client, server, clock, signal } = ask;
  const lan = lanOf(host, server);
  if (!lan || !prefixContains(lan.prefix, client)) return [];
  const means = { api, clock, signal };
  const towards: Bound[] = [
    { to: client, by: 'unbound' },
    { to: client, by: 'device', bound: lan.dev },
    { to: client, by: 'address', bound: server },
  ];
  const first = await Promise.all([
    ...towards.map((one) => ping(means, host.id, one)),
    pingNeighbours(means, ask, lan.prefix),
  ]);
  const pings = first.flat();
  for (let round = 1; round < ROUNDS && pings.length > 0; round += 1) {
    pings.push(...(await Promise.all(towards.map((one) => ping(means, host.id, one)))).flat());
  }
  return pings;
}

/** The device that has the address, and the subnet it is on. */
function lanOf(
  { network: { addresses } }: HostFacts,
  server: string,
): { readonly dev: string; readonly prefix: string } | undefined {
  if (!addresses.seen) return undefined;
  const own = addresses.value.find(({ local }) => local === server);
  return own && { dev: own.dev, prefix: `${own.local}/${own.prefixLength}` };
}

async function pingNeighbours(
  means: ApiMeans,
  { host, client, server, neighbours }: PingAsk,
  lan: string,
): Promise<BoundPing[]> {
  const arp = await askApi(means, { method: 'core.arp', params: [{}], schema: Arp });
  const known = [...neighbours, ...(arp.seen ? Object.keys(arp.value) : [])];
  const others = [...new Set(known)].filter(
    (address) =>
      isAddress(address) &&
      familyOf(address) === familyOf(server) &&
      prefixContains(lan, address) &&
      address !== client &&
      address !== server &&
      !isRoutedApart(host, address),
  );
  const asks = others
    .slice(0, MOST_NEIGHBOURS)
    .map((to) => ping(means, host.id, { to, by: 'address', bound: server }));
  return (await Promise.all(asks)).flat();
}

/** Whether a table of its own has a route to it, as a VPN's has. */
function isRoutedApart({ network }: HostFacts, address: string): boolean {
  const routes = network.routes[familyOf(address)];
  return (
    routes.seen &&
    routes.value.some(
      ({ table, prefix }) =>
        table !== TABLE.main && table !== TABLE.default && prefixContains(prefix, address),
    )
  );
}

/** Empty when the API did not send it. */
async function ping(means: ApiMeans, host: string, bound: Bound): Promise<BoundPing[]> {
  const options = {
    type: familyOf(bound.to) === 'ipv4' ? 'ICMPV4' : 'ICMPV6',
    hostname: bound.to,
    timeout: WAIT_S,
    count: 1,
    ...(bound.bound === undefined ? {} : { interface: bound.bound }),
  };
  const params = [options];
  const atUnixMs = means.clock.now();
  const answer = await askApi(means, { method: 'core.ping_remote', params, schema: Answer });
  if (!answer.seen) return [];
  const command = typedCall('core.ping_remote', params);
  return [{ kind: 'bound-ping', host, atUnixMs, ...bound, answered: answer.value, command }];
}
