import { anotherMachine, isHeld } from '../causes/another-machine.ts';
import type { Case } from '../causes/cause.ts';
import { answeredOthers, cameBack, halfOpen } from '../causes/evidence.ts';
import { holdsAddress } from '../causes/host-absent.ts';
import { isClosed, listenersOf } from '../causes/listeners.ts';
import { detourOf, isMissed, neighboursOf, wayOfClient } from '../causes/neighbours.ts';
import { ownLanAddresses } from '../causes/own-addresses.ts';
import { shortfallOf } from './health.ts';

/**
 * Where both ends were looked at and no cause is known: how far packets got, and what to read next.
 * Packet filters are read by nobody, so they are what is left.
 */
export function whereItStops(cases: readonly Case[]): string[] {
  const short = cases.flatMap((c) => shortfallOf(c, c.snapshot.question.ports)?.next ?? []);
  return [
    ...new Set(short),
    ...cases.flatMap(sharedAddress),
    ...cases.flatMap((c) => ownPort(c) ?? (isBroken(c) ? filters(c) : [])),
  ];
}

function isBroken(c: Case): boolean {
  const { client, server, probes } = c;
  // what another machine does with packets shows in nothing of this one
  if (anotherMachine(c) !== undefined) return false;
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

function sharedAddress(c: Case): string[] {
  const other = anotherMachine(c);
  if (!other) return [];
  const { facts, address } = c.server;
  const own = facts && isHeld(c) === false ? ownLanAddresses(facts, address) : [];
  const ask = own.length > 0 ? `ask for one that it has (--address ${own[0]}), or ` : '';
  return [`${other}: ${ask}look for the machine that has the address`];
}

/** The client asks for a neighbour in vain that is there: its own port, VLAN or card is at fault. */
function ownPort(c: Case): string[] | undefined {
  const { client, server, probes } = c;
  const way = wayOfClient(c);
  const missed = neighboursOf(c).find(isMissed);
  const [other] = answeredOthers(c);
  const isThere = other
    ? `${other.name} is answered`
    : holdsAddress(c)
      ? `${server.name} holds it`
      : undefined;
  if (!missed || !isThere || probes.some(cameBack) || (way && detourOf(way))) return undefined;
  const { dev } = missed.neighbour;
  return [
    `${client.name} asks for ${server.address} on ${dev} in vain, though ${isThere}: look at the cable, switch port and VLAN of ${dev}`,
  ];
}
