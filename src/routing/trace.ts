import { type Flow, PROTOCOL_NUMBER } from '../model/flow.ts';
import { familyOf } from '../model/prefix.ts';
import type { Trace } from '../model/trace.ts';
import type { Asker } from './decision.ts';
import { arrives } from './trace-arrive.ts';
import type { Ending, Packet, Walk } from './trace-ending.ts';
import { cannotTell } from './trace-steps.ts';
import { walkFrom } from './trace-walk.ts';
import type { World } from './world.ts';

/** Both legs of a conversation. */
export interface ThereAndBack {
  readonly forward: Trace;
  /**
   * Only where the request arrives or may arrive: then this is how it would be answered.
   * A request that is known to be dropped is not answered.
   */
  readonly back?: Trace | undefined;
}

/**
 * Follows one leg from a host through every host that was looked at.
 *
 * A flow without a source gets the one that a socket of its protocol would get; a source that is
 * no address of the host is taken as one behind it (a pod), whose packet the host forwards.
 *
 * @param startHost Id of a host of the world; for any other the trace is one unknown step.
 */
export function traceFlow(world: World, flow: Flow, startHost: string): Trace {
  return traceOf('forward', flow, walkForward(world, flow, startHost));
}

/**
 * Follows a request to its server and the reply back to the client, each by the tables of the
 * hosts it passes. The reply's source is the address the request came to.
 */
export function traceThereAndBack(world: World, flow: Flow, clientId: string): ThereAndBack {
  const there = walkForward(world, flow, clientId);
  const forward = traceOf('forward', flow, there);
  if (there.outcome !== 'delivered' && there.outcome !== 'cannot-tell') return { forward };
  const reply = replyFlow(flow, there.packet);
  return { forward, back: traceOf('return', reply, walkBack(world, reply, there)) };
}

function walkForward(world: World, flow: Flow, startHost: string): Ending {
  const walk = newWalk({ world, leg: 'forward', rewrites: [], seenThere: undefined });
  return walkFrom(walk, startHost, { packet: packetOf(flow), asker: askerOf(flow) });
}

function walkBack(world: World, reply: Flow, there: Ending): Ending {
  const packet = packetOf(reply);
  const server = serverOf(world, there, reply.source ?? '');
  if (!packet.destination) {
    const because = there.packet.sourceUnknown ?? 'the address of the client is not known';
    return cannotTell(server, { because, missing: [because], packet });
  }
  const seenThere = new Set(there.steps.map(({ host }) => host));
  const walk = newWalk({ world, leg: 'return', rewrites: there.rewrites, seenThere });
  const back = walkFrom(walk, server, { packet, asker: 'reply' });
  return withAsymmetry(back, there.arrival?.device);
}

function newWalk(start: Omit<Walk, 'visited' | 'arrive'>): Walk {
  return { ...start, visited: [], arrive: arrives };
}

/** Where the request arrived, or else who owns the address it was sent to. */
function serverOf(world: World, there: Ending, address: string): string {
  if (there.arrival) return there.arrival.host;
  const owners = new Set(world.ownersOf(address).map(({ host }) => host.id));
  const [only] = owners;
  if (only !== undefined && owners.size === 1) return only;
  return world.unseen.get(address) ?? address;
}

/** Leaving by another device than the request came in by breaks nothing by itself. */
function withAsymmetry(back: Ending, cameInBy: string | undefined): Ending {
  const [first, ...rest] = back.steps;
  if (!first?.device || !cameInBy || first.device === cameInBy) return back;
  const harmless = back.outcome === 'delivered' ? ', which breaks nothing here' : '';
  const note = `the request came in by ${cameInBy}, the reply leaves by ${first.device}${harmless}`;
  return { ...back, steps: [{ ...first, notes: [...first.notes, note] }, ...rest] };
}

function replyFlow(flow: Flow, arrived: Packet): Flow {
  const reply: Flow = {
    protocol: flow.protocol,
    source: flow.destination,
    destination: arrived.source ?? '',
  };
  if (flow.destinationPort !== undefined) reply.sourcePort = flow.destinationPort;
  if (flow.sourcePort !== undefined) reply.destinationPort = flow.sourcePort;
  return reply;
}

function packetOf(flow: Flow): Packet {
  const icmp = familyOf(flow.destination) === 'ipv6' ? 'icmp6' : 'icmp';
  return {
    protocol: PROTOCOL_NUMBER[flow.protocol === 'icmp' ? icmp : flow.protocol],
    source: flow.source,
    destination: flow.destination,
    sourcePort: flow.sourcePort,
    destinationPort: flow.destinationPort,
  };
}

/** An unbound ping looks up once, like a datagram without a connection. */
function askerOf({ protocol }: Flow): Asker {
  return protocol === 'tcp' ? 'tcp-connect' : 'udp-send';
}

function traceOf(leg: Trace['leg'], flow: Flow, ending: Ending): Trace {
  const { steps, outcome, because, missing } = ending;
  return { leg, flow, steps: [...steps], outcome, because, missing: [...new Set(missing)] };
}
