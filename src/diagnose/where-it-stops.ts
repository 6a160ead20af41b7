import type { Case } from '../causes/cause.ts';
import { cameBack, halfOpen } from '../causes/evidence.ts';
import { isClosed, listenersOf } from '../causes/listeners.ts';
import type { NeighbourSample, Probe } from '../model/observation.ts';

/**
 * Where both ends were looked at and no cause is known: how far packets got, and what to read next.
 * Packet filters are read by nobody, so they are what is left.
 */
export function whereItStops(cases: readonly Case[]): string[] {
  const erring = cases.flatMap(({ probes }) => probes).find(isServerError);
  const logs = erring
    ? [
        `Read the log of what answers on :${erring.flow.destinationPort} (TrueNAS: /var/log/middlewared.log)`,
      ]
    : [];
  return [...logs, ...cases.filter(isBroken).flatMap((c) => [...sharedAddress(c), ...filters(c)])];
}

function isBroken({ client, server, probes }: Case): boolean {
  const ran = probes.filter(({ outcome }) => outcome !== 'not-run');
  const fails = ran.some(({ outcome }) => outcome !== 'answered');
  return client.facts !== undefined && server.facts !== undefined && fails;
}

function filters(c: Case): string[] {
  const { client, server, probes, snapshot } = c;
  const read = (on: string) => `nft list ruleset; iptables-save   on ${on}`;
  if (probes.some(cameBack)) {
    const listeners = listenersOf(c);
    const [first] = probes.filter(
      ({ outcome, flow }) =>
        outcome !== 'answered' &&
        outcome !== 'not-run' &&
        !(outcome === 'refused' && isClosed(listeners, flow.destinationPort)),
    );
    if (!first) return [];
    const port = first.flow.destinationPort;
    const what = port === undefined ? 'pings' : `:${port}`;
    return [
      `${server.address} answers ${client.name} in part and ${what} not: read ${read(server.name)}`,
    ];
  }
  if (halfOpen(c).length > 0) {
    return [
      `What ${client.name} sends arrives at ${server.name} (SYN-RECV), and the answer gets lost: read ${read(`${client.name}, then on ${server.name}`)}`,
    ];
  }
  const wereRead = snapshot.observations.some((o) => o.kind === 'socket' && o.host === server.id);
  return wereRead
    ? [
        `Nothing of ${client.name} shows in the sockets of ${server.name}: read ${read(server.name)}, and tcpdump there whether it arrives at all`,
      ]
    : [];
}

/** Whoever answers ARP for the address is no device of the server that was looked at. */
function sharedAddress({ snapshot, client, server }: Case): string[] {
  const { links, addresses } = server.facts?.network ?? {};
  const seen = snapshot.observations.findLast(
    (o): o is NeighbourSample =>
      o.kind === 'neighbour' && o.host === client.id && o.neighbour.address === server.address,
  );
  const mac = seen?.neighbour.mac?.toLowerCase();
  if (mac === undefined || !links?.seen || !addresses?.seen) return [];
  const own = addresses.value.some(({ local }) => local === server.address);
  if (!own || links.value.some((link) => link.mac?.toLowerCase() === mac)) return [];
  return [
    `${mac} answers ARP for ${server.address} to ${client.name} and is no device of ${server.name}: see whether another machine has the address`,
  ];
}

/** A web server that lives and whose application does not: the way works, the storage fails. */
export function isServerError({ httpStatus = 0 }: Probe): boolean {
  return httpStatus >= 500;
}
