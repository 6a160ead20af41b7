import { familyOf } from '../model/prefix.ts';
import type { TraceStep } from '../model/trace.ts';
import { decideInput } from './decide-input.ts';
import { decideOutput } from './decide-output.ts';
import type { Answer } from './decision.ts';
import type { Kernel } from './kernel.ts';
import {
  type Arrival,
  type Ending,
  either,
  endsAt,
  type Packet,
  type Walk,
} from './trace-ending.ts';
import { leaves } from './trace-leave.ts';
import { rewriteOf } from './trace-rewrite.ts';
import {
  cannotTell,
  doubtsOf,
  dropStep,
  type Found,
  notLookedAt,
  ownsAddress,
  type Refused,
  stepOf,
} from './trace-steps.ts';
import { inputDropWords, outcomeOf, wayWords } from './trace-words.ts';
import { kernelFor, type WorldHost } from './world.ts';

/** What a host does with a packet that comes in by one of several devices. */
export function arrives(walk: Walk, host: WorldHost, { devices, packet, inside }: Arrival): Ending {
  const { back, note } = turnedBack(walk, host, packet);
  const kernel = kernelFor(host, familyOf(packet.destination));
  if (!kernel) return notLookedAt(host.id, host, packet);
  if (back.source === undefined) return arrivesFromUnknown(walk, host, back);
  const endings = devices.map((device) =>
    arrivesOn(walk, {
      host,
      kernel,
      device,
      packet: back,
      note,
      inside: inside === true,
      certain: devices.length === 1,
    }),
  );
  if (endings.length === 0) {
    const missing = [`devices of ${host.name}`];
    return cannotTell(host.id, {
      because: 'by which device it comes in is not known',
      missing,
      packet,
    });
  }
  return either(endings, {
    host: host.id,
    dependsOn: [`by which device it comes in at ${host.name}`],
  });
}

/** With the destination as it was before this host rewrote it on the way there. */
function turnedBack(
  { leg, rewrites }: Walk,
  host: WorldHost,
  packet: Packet,
): { readonly back: Packet; readonly note: string | undefined } {
  const rewrite =
    leg === 'return'
      ? rewrites.find((r) => r.host === host.id && r.rewritten === packet.destination)
      : undefined;
  if (!rewrite) return { back: packet, note: undefined };
  return {
    back: { ...packet, destination: rewrite.original },
    note: `${host.name} turns ${rewrite.rewritten} back into ${rewrite.original}`,
  };
}

function arrivesFromUnknown(walk: Walk, host: WorldHost, packet: Packet): Ending {
  if (!ownsAddress(walk, host, packet.destination)) {
    const because = 'its source is not known any more';
    return cannotTell(host.id, { because, missing: [packet.sourceUnknown ?? because], packet });
  }
  const step: TraceStep = {
    host: host.id,
    action: 'deliver',
    because: `${packet.destination} is an address of ${host.name}`,
    notes: ['whether it passes the reverse-path filter depends on its source, which is not known'],
  };
  return endsAt(step, 'delivered', { packet, arrival: { host: host.id, device: undefined } });
}

interface ArrivalOn {
  /** It is known to come in by this device; else this is one of several that may be. */
  readonly certain: boolean;
  readonly host: WorldHost;
  readonly kernel: Kernel;
  readonly device: string;
  readonly packet: Packet;
  readonly note: string | undefined;
  readonly inside: boolean;
}

function arrivesOn(walk: Walk, arrival: ArrivalOn): Ending {
  const { host, kernel, device, packet } = arrival;
  const { source = '', destination, protocol, sourcePort, destinationPort } = packet;
  const place = `${host.id} ${device} ${destination}`;
  if (walk.visited.includes(place)) {
    const because = `it comes back to ${host.name} by ${device}, where it was before`;
    const step: TraceStep = {
      host: host.id,
      action: 'drop',
      inputDevice: device,
      because,
      notes: [],
    };
    return endsAt(step, 'loop', { packet });
  }
  const decision = decideInput(kernel, {
    family: familyOf(destination),
    source,
    destination,
    iif: device,
    protocol,
    sourcePort,
    destinationPort,
  });
  const further: Walk = { ...walk, visited: [...walk.visited, place] };
  const endings = decision.answers.map((answer) => taken(further, { ...arrival, answer }));
  return either(endings, { host: host.id, dependsOn: decision.dependsOn });
}

/** What a host does with a packet that came in. */
function taken(walk: Walk, arrival: ArrivalOn & { readonly answer: Answer }): Ending {
  const { host, packet, answer, note } = arrival;
  const notes = note === undefined ? [] : [note];
  if (answer.is === 'error') return refused(walk, { ...arrival, answer });
  if (answer.type !== 'unicast') {
    const { inputDevice } = inputOf(arrival);
    const by = inputDevice === undefined ? '' : `; it comes in by ${inputDevice}`;
    const because = `${packet.destination} is an address of ${host.name}${by}`;
    const { device: _, ...step } = { ...stepOf(host, answer, because), ...inputOf(arrival), notes };
    const arrived = { host: host.id, device: inputDevice };
    return endsAt({ ...step, action: 'deliver' }, 'delivered', { packet, arrival: arrived });
  }
  return forwarded(walk, { ...arrival, answer });
}

/** The device it comes in by, where that is known. */
function inputOf({ certain, device }: ArrivalOn): { readonly inputDevice?: string } {
  return certain ? { inputDevice: device } : {};
}

function refused(walk: Walk, arrival: ArrivalOn & { readonly answer: Refused }): Ending {
  const { host, packet, answer, note, certain } = arrival;
  const device = certain ? arrival.device : 'any of its devices';
  const reversed = answer.refusal === 'reverse-path' ? wayBack(walk, arrival) : undefined;
  const because = inputDropWords(host, { device, packet, answer, reversed });
  const decided = reversed?.is === 'route' ? { ...answer, ...ruleAndRoute(reversed) } : answer;
  const { notes: doubts, ...step } = dropStep(host, decided, because);
  const notes = note === undefined ? doubts : [note, ...doubts];
  return endsAt({ ...step, ...inputOf(arrival), notes }, outcomeOf(answer), { packet });
}

/** How the host would reach the source: the lookup that the reverse-path filter makes. */
function wayBack(walk: Walk, { host, kernel, packet }: ArrivalOn): Answer {
  const { source = '', destination } = packet;
  const from = ownsAddress(walk, host, destination) ? destination : undefined;
  const question = { family: familyOf(source), destination: source, source: from };
  return decideOutput(kernel, { ...question, asker: 'reply' }).answers[0];
}

function ruleAndRoute({ rule, table, route }: Found): Pick<Found, 'rule' | 'table' | 'route'> {
  return { rule, table, route };
}

function forwarded(walk: Walk, arrival: ArrivalOn & { readonly answer: Found }): Ending {
  const { host, packet, answer, note } = arrival;
  const notes = note === undefined ? [] : [note];
  if (walk.seenThere && !walk.seenThere.has(host.id)) {
    notes.push(`${host.name} sees only the reply: a stateful firewall there would drop it`);
  }
  const rewritten = rewriteOf(walk, arrival);
  if (rewritten.note !== undefined) notes.push(rewritten.note);
  const because = `${host.name} forwards it ${wayWords(answer)}`;
  const step: TraceStep = {
    ...stepOf(host, answer, because),
    action: 'forward',
    ...inputOf(arrival),
    notes: [...notes, ...doubtsOf(host)],
  };
  const ending = leaves(walk, host, { packet: rewritten.packet, answer, step });
  const { source: original } = packet;
  const { source: now } = rewritten.packet;
  if (original === undefined || now === undefined || now === original) return ending;
  const rewrite = { host: host.id, original, rewritten: now };
  return { ...ending, rewrites: [rewrite, ...ending.rewrites] };
}
