import { familyOf } from '../model/prefix.ts';
import { decideOutput } from './decide-output.ts';
import type { Answer, Asker } from './decision.ts';
import { type Ending, either, endsAt, type Packet, type Walk } from './trace-ending.ts';
import { leaves } from './trace-leave.ts';
import { cannotTell, dropStep, notLookedAt, ownsAddress, stepOf } from './trace-steps.ts';
import { outcomeOf, refusalWords, wayWords } from './trace-words.ts';
import { kernelFor, type WorldHost } from './world.ts';

/** Follows a packet that a host sends itself, or that comes from behind it. */
export function walkFrom(
  walk: Walk,
  hostId: string,
  { packet, asker }: { readonly packet: Packet; readonly asker: Asker },
): Ending {
  const host = walk.world.hosts[hostId];
  const family = familyOf(packet.destination);
  const kernel = kernelFor(host, family);
  if (!host || !kernel) return notLookedAt(hostId, host, packet);
  if (packet.source !== undefined && !ownsAddress(walk, host, packet.source)) {
    return fromInside(walk, host, packet);
  }
  const { destination, source, protocol, sourcePort, destinationPort } = packet;
  const decision = decideOutput(kernel, {
    family,
    destination,
    source,
    protocol,
    sourcePort,
    destinationPort,
    asker,
  });
  const endings = decision.answers.map((answer) => sent(walk, host, { packet, answer }));
  return either(endings, { host: host.id, dependsOn: decision.dependsOn });
}

/** A packet of a pod, which the host forwards: it comes in by the device that leads to the pod. */
function fromInside(walk: Walk, host: WorldHost, packet: Packet): Ending {
  const source = packet.source ?? '';
  const kernel = kernelFor(host, familyOf(source));
  const [towards] = kernel
    ? decideOutput(kernel, { family: familyOf(source), destination: source, asker: 'route-get' })
        .answers
    : [];
  if (towards?.is !== 'route') {
    const because = `${host.name} neither has the address ${source} nor a route to it`;
    return cannotTell(host.id, { because, missing: [`where ${source} is`], packet });
  }
  const note = `${source} is behind ${host.name}, on ${towards.device}`;
  const ending = walk.arrive(walk, host, { devices: [towards.device], packet, inside: true });
  const [step, ...rest] = ending.steps;
  return step ? { ...ending, steps: [{ ...step, notes: [note, ...step.notes] }, ...rest] } : ending;
}

function sent(
  walk: Walk,
  host: WorldHost,
  { packet, answer }: { readonly packet: Packet; readonly answer: Answer },
): Ending {
  const { destination } = packet;
  if (answer.is === 'error') {
    const because = `${host.name} sends nothing to ${destination}: ${refusalWords(answer, destination)}`;
    return endsAt(dropStep(host, answer, because), outcomeOf(answer), { packet });
  }
  const carried = { ...packet, source: answer.source ?? packet.source };
  if (answer.type === 'local') {
    const step = stepOf(host, answer, `${destination} is ${host.name} itself`);
    return endsAt({ ...step, action: 'deliver' }, 'delivered', {
      packet: carried,
      arrival: { host: host.id, device: answer.device },
    });
  }
  const verb = walk.leg === 'return' ? 'answers' : 'sends to';
  const because = `${host.name} ${verb} ${destination} ${wayWords(answer)}`;
  return leaves(walk, host, { packet: carried, answer, step: stepOf(host, answer, because) });
}
