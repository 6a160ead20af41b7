import type { Evidence } from '../model/diagnosis.ts';
import type { HostFacts } from '../model/host.ts';
import { type Address, type Route, TABLE } from '../model/network.ts';
import type { BoundPing } from '../model/observation.ts';
import { familyOf, prefixContains, prefixLength } from '../model/prefix.ts';
import {
  type CapturedReply,
  type CaptureVerdict,
  directAddress,
  leadsIntoVpn,
} from './captured.ts';
import type { Case } from './cause.ts';
import { comesFromExitNode } from './chosen-exit-node.ts';
import { answeredOthers, cameBack, silentProbes } from './evidence.ts';

const MAIN_TABLES: readonly number[] = [TABLE.main, TABLE.default, TABLE.local];
/** One lost packet is no decision of a kernel. */
const ROUNDS = 2;

/** Pings from a server to the client, by how they were bound; each list holds one or more. */
interface Pings {
  readonly device: readonly BoundPing[];
  readonly address: readonly BoundPing[];
  readonly unbound: readonly BoundPing[];
}

/**
 * Whether a VPN captures the reply, judged by what an API tells where nobody could read the rules:
 * routes of every table, and pings.
 *
 * Bound to the device of the LAN the kernel looks for routes by that device only, and sends from the
 * address that it has there. Bound to that same address it decides as for every reply from it. If
 * the first is answered and the second is not, the two packets differ in nothing but the kernel's
 * choice of a way, so that choice is not the LAN. Which way it is, a route by a VPN device in a
 * table of its own tells; without one it is not known.
 *
 * That the choice falls for this client and not for every packet from that address is shown by a
 * neighbour which no such route takes and which answers the same address, by another client that is
 * answered, or by ourselves, where we came in by that address. Without any, a rule that misroutes the
 * address altogether would look the same, and nothing is confirmed. Nor is it where the API sends no
 * pings for us, and only the route is seen.
 */
export function captureByApi(c: Case): CaptureVerdict | undefined {
  const { client, server } = c;
  const { facts } = server;
  if (!facts || client.address === undefined) return undefined;
  const pings = pingsOf(c, client.address);
  const direct = directAddress(facts, client.address);
  if (direct?.local !== server.address || !facts.truenas) return undefined;
  if (c.probes.some(cameBack)) {
    return { is: 'absent', because: `${client.name} gets answers from ${server.address}` };
  }
  if (pings?.address.every(({ answered }) => answered)) {
    const because = `${server.name} reaches ${client.address} from ${server.address}`;
    return { is: 'absent', because };
  }
  const shows = pings ? differ(pings) : silentProbes(c).length > 0;
  const captured = shows ? vpnRoute(facts, client.address) : undefined;
  if (!captured) return undefined;
  if (comesFromExitNode(facts, captured) !== false) {
    return {
      is: 'unknown',
      missing: [`whether ${server.name} uses an exit node: its preferences`],
    };
  }
  return { is: 'captured', capture: replyOf(c, { facts, direct, pings, ...captured }) };
}

/** The pings that show another way than the LAN is chosen, whichever it is; none, if they do not. */
export function pingsThatDiffer(c: Case): Evidence[] {
  const pings = c.client.address === undefined ? undefined : pingsOf(c, c.client.address);
  if (!pings || !differ(pings)) return [];
  return firstOfEach(pings).map((ping) => pingEvidence(c, ping));
}

function differ({ device, address }: Pings): boolean {
  return device.every(({ answered }) => answered) && address.every(({ answered }) => !answered);
}

function firstOfEach({ unbound, device, address }: Pings): BoundPing[] {
  return [unbound[0], device[0], address[0]].filter((ping) => ping !== undefined);
}

function pingsOf({ snapshot, server }: Case, client: string): Pings | undefined {
  const all = snapshot.observations.filter(
    (o): o is BoundPing => o.kind === 'bound-ping' && o.host === server.id && o.to === client,
  );
  const by = (kind: BoundPing['by']) => all.filter((ping) => ping.by === kind);
  const address = by('address').filter(({ bound }) => bound === server.address);
  const [device, unbound] = [by('device'), by('unbound')];
  return device.length > 0 && address.length > 0 ? { device, address, unbound } : undefined;
}

/** The longest route by a VPN device to `address`, in a table that is not of the kernel's own. */
function vpnRoute(
  host: HostFacts,
  address: string,
): { readonly route: Route; readonly device: string } | undefined {
  const routes = host.network.routes[familyOf(address)];
  if (!routes.seen) return undefined;
  const [best] = routes.value
    .filter(({ table, prefix }) => !MAIN_TABLES.includes(table) && prefixContains(prefix, address))
    .flatMap((route) => route.nexthops.flatMap(({ dev }) => (dev ? [{ route, device: dev }] : [])))
    .filter(({ device }) => leadsIntoVpn(host, device))
    .toSorted((a, b) => prefixLength(b.route.prefix) - prefixLength(a.route.prefix));
  return best;
}

function replyOf(
  c: Case,
  {
    facts,
    direct,
    pings,
    route,
    device,
  }: {
    readonly facts: HostFacts;
    readonly direct: Address;
    readonly pings: Pings | undefined;
    readonly route: Route;
    readonly device: string;
  },
): CapturedReply {
  const neighbours = answeredNeighbours(c, direct);
  const rounds = pings ? Math.min(pings.device.length, pings.address.length) : 0;
  const one = hasOneAddress(facts, direct);
  const shown = [...(pings ? firstOfEach(pings) : []), ...neighbours.slice(0, 1)];
  const us = answersUs(c, facts);
  const others = neighbours.length + us.length + answeredOthers(c).length;
  return {
    clientAddress: c.client.address ?? '',
    device,
    table: route.table,
    rule: undefined,
    route,
    direct,
    mechanism: [
      ...shown.map((ping) => pingEvidence(c, ping)),
      ...us,
      ...routeEvidence(c, facts, { route, device }),
    ],
    confirmed: rounds >= ROUNDS && one && others > 0,
  };
}

/** Neighbours that the LAN address reaches, and that no VPN route takes. */
function answeredNeighbours({ snapshot, server }: Case, direct: Address): BoundPing[] {
  const lan = `${direct.local}/${direct.prefixLength}`;
  const { facts } = server;
  return snapshot.observations.filter(
    (o): o is BoundPing =>
      o.kind === 'bound-ping' &&
      o.host === server.id &&
      o.by === 'address' &&
      o.bound === server.address &&
      o.answered &&
      prefixContains(lan, o.to) &&
      facts !== undefined &&
      vpnRoute(facts, o.to) === undefined,
  );
}

/** We came in by the address itself, so it reaches somebody. */
function answersUs({ server }: Case, { reachedAt, truenas }: HostFacts): Evidence[] {
  if (reachedAt !== server.address || !truenas?.version.seen) return [];
  const { from: command, readAtUnixMs: atUnixMs } = truenas.version;
  const answer = `its API answers us from ${server.address}`;
  return [{ host: server.name, command, answer, atUnixMs, shows: 'context' }];
}

/** With several addresses the device could have sent from another than the one in question. */
function hasOneAddress({ network: { addresses } }: HostFacts, { dev, local }: Address): boolean {
  return (
    addresses.seen &&
    addresses.value.filter(
      (one) => one.dev === dev && familyOf(one.local) === familyOf(local) && one.scope === 'global',
    ).length === 1
  );
}

function pingEvidence({ server, client }: Case, ping: BoundPing): Evidence {
  const how = {
    unbound: 'by the way it chooses for itself',
    device: `by ${ping.bound}`,
    address: `from ${ping.bound}`,
  }[ping.by];
  const name = ping.to === client.address ? client.name : ping.to;
  return {
    host: server.name,
    command: ping.command,
    answer: `${ping.answered}: ${name} ${ping.answered ? 'answers' : 'gives no answer'} ${how}`,
    atUnixMs: ping.atUnixMs,
    shows: ping.by === 'unbound' ? 'context' : 'mechanism',
    ...(ping.by === 'address' && !ping.answered ? { healthy: 'true' } : {}),
  };
}

function routeEvidence(
  { server, client }: Case,
  facts: HostFacts,
  { route, device }: { readonly route: Route; readonly device: string },
): Evidence[] {
  const routes = facts.network.routes[familyOf(client.address ?? '')];
  if (!routes.seen) return [];
  return [
    {
      host: server.name,
      command: routes.from,
      answer: `${route.prefix} dev ${device} table ${route.table}`,
      atUnixMs: routes.readAtUnixMs,
      shows: 'mechanism',
    },
  ];
}
