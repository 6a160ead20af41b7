import type { TraceStep } from '../model/trace.ts';
import type { Crossing } from './trace-crossing.ts';
import { after, type Ending, endsAt, type Packet, type Walk } from './trace-ending.ts';
import { linkEnd } from './trace-link.ts';
import { cannotTell, type Found } from './trace-steps.ts';
import { crossTunnel, isTunnelDevice } from './trace-tunnel.ts';
import type { WorldHost } from './world.ts';

/** A packet on the point of leaving a host by the device that its routes chose. */
export interface Leaving {
  readonly packet: Packet;
  readonly answer: Found;
  readonly step: TraceStep;
}

/** What happens behind the device that was chosen. */
export function leaves(walk: Walk, host: WorldHost, leaving: Leaving): Ending {
  const { packet, answer, step } = leaving;
  const { device } = answer;
  const { source, destination } = packet;
  if (answer.type === 'broadcast' || answer.type === 'multicast') {
    const note = 'sent to everybody on that link';
    return endsAt({ ...step, notes: [...step.notes, note] }, 'delivered', { packet });
  }
  const crossing = crossTunnel(walk.world, host, { device, source, destination });
  return crossing ? crosses(walk, host, { ...leaving, crossing }) : onLink(walk, host, leaving);
}

function onLink(walk: Walk, host: WorldHost, { packet, answer, step }: Leaving): Ending {
  const { device, gateway } = answer;
  const nextHop = gateway ?? packet.destination;
  const end = linkEnd(walk.world, host, { device, nextHop });
  switch (end.is) {
    case 'host':
      return after(step, walk.arrive(walk, end.host, { devices: [end.device], packet }));
    case 'no-neighbour': {
      const because = `nobody on ${device} of ${host.name} answers for ${nextHop}`;
      const drop = { ...step, action: 'drop' as const, because: `${step.because}; ${because}` };
      return endsAt(drop, 'neighbour-unknown', { packet, because });
    }
    case 'unclear':
      return endsAt(step, 'cannot-tell', {
        packet,
        because: end.because,
        missing: [end.missing],
      });
    case 'unseen':
      return after(
        step,
        gateway === undefined ? toUnseen(walk, packet) : byUnseen(packet, gateway),
      );
  }
}

/** On-link and nobody we know: whoever has the address takes it in. */
function toUnseen({ world }: Walk, packet: Packet): Ending {
  const host = world.unseen.get(packet.destination) ?? packet.destination;
  const because = `${packet.destination} is on that link`;
  const step: TraceStep = { host, action: 'deliver', because, notes: ['nobody looked at it'] };
  return endsAt(step, 'delivered', { packet, arrival: { host, device: undefined } });
}

function byUnseen(packet: Packet, gateway: string): Ending {
  const because = `nobody looked at the gateway ${gateway}`;
  return cannotTell(gateway, { because, missing: [`rules and routes of ${gateway}`], packet });
}

function crosses(
  walk: Walk,
  host: WorldHost,
  { packet, step, crossing }: Leaving & { readonly crossing: Crossing },
): Ending {
  switch (crossing.is) {
    case 'unclear': {
      const { because, missing } = crossing;
      return endsAt(step, 'cannot-tell', { packet, because, missing: [missing] });
    }
    case 'nobody': {
      const drop = {
        ...step,
        action: 'drop' as const,
        because: `${step.because}; ${crossing.because}`,
      };
      return endsAt(drop, 'blackholed', { packet, because: crossing.because });
    }
    case 'refused': {
      const { peer, because } = crossing;
      const drop: TraceStep = { host: peer, action: 'drop', peer, because, notes: [] };
      return after({ ...step, peer }, endsAt(drop, 'dropped-by-peer', { packet }));
    }
    case 'handed':
      return after(
        { ...step, peer: crossing.peer },
        throughTunnel(walk, { packet, crossing, host }),
      );
  }
}

/** A packet that the far end of a tunnel accepted. */
function throughTunnel(
  walk: Walk,
  {
    packet,
    crossing,
    host,
  }: { packet: Packet; crossing: Crossing & { is: 'handed' }; host: WorldHost },
): Ending {
  const { far, peer, notes } = crossing;
  if (far.is === 'host') {
    const ending = walk.arrive(walk, far.host, { devices: [far.device], packet });
    const [step, ...rest] = ending.steps;
    if (!step) return ending;
    return { ...ending, steps: [{ ...step, notes: [...notes, ...step.notes] }, ...rest] };
  }
  const { destination } = packet;
  if (far.addresses.includes(destination)) {
    const step: TraceStep = {
      host: peer,
      action: 'deliver',
      peer,
      because: `${destination} is a tailnet address of ${peer}`,
      notes: [...notes, 'nobody looked at it'],
    };
    return endsAt(step, 'delivered', { packet, arrival: { host: peer, device: undefined } });
  }
  const step: TraceStep = {
    host: peer,
    action: 'forward',
    peer,
    because: `${peer} takes it from ${host.name} and passes it on to ${destination}`,
    notes: [...notes],
  };
  return after(
    step,
    beyondMember(walk, { packet, peer, inside: far.is === 'pod' ? far.host : undefined }),
  );
}

/**
 * What a tailnet member that nobody looked at passes on to its own network. It rewrites the source
 * of new connections to its own; a reply whose request it never saw keeps its source.
 * Source: tailscale wgengine/router, ts-postrouting; Linux nf_conntrack_proto_tcp.c.
 */
function beyondMember(
  walk: Walk,
  { packet, peer, inside }: { packet: Packet; peer: string; inside: WorldHost | undefined },
): Ending {
  const carried: Packet =
    walk.leg === 'return'
      ? packet
      : {
          ...packet,
          source: undefined,
          sourceUnknown: `the address ${peer} gives it on its own network`,
        };
  const owners = walk.world.ownersOf(packet.destination).map(({ host }) => host);
  const [owner] = inside && owners.length === 0 ? [inside] : owners;
  if (!owner) return toUnseen(walk, carried);
  const devices = owner.state.links
    .filter(({ name, flags }) => flags.includes('UP') && name !== 'lo')
    .map(({ name }) => name)
    .filter((name) => !isTunnelDevice(owner, name));
  return walk.arrive(walk, owner, { devices, packet: carried });
}
