import type { Evidence } from '../model/diagnosis.ts';
import type { NeighbourSample } from '../model/observation.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import {
  answeredOthers,
  called,
  cameBack,
  effectOf,
  probeEvidence,
  provesTogether,
} from './evidence.ts';
import { detourOf, isMissed, neighboursOf, wayOfClient } from './neighbours.ts';
import { whySilent } from './why-silent.ts';

/** Nobody on the client's own subnet answers for the server's address. */
export const hostAbsent: Cause = {
  id: 'host-absent',
  title: 'Nobody answers ARP for the address',
  breaks: 'host',
  fixes: [],
  judge,
};

function judge(c: Case): Verdict {
  const { client, server } = c;
  if (c.probes.some(cameBack)) {
    return { is: 'absent', because: `${server.address} answers ${client.name}` };
  }
  if (holdsAddress(c)) {
    return { is: 'absent', because: `${server.name} is up and holds ${server.address}` };
  }
  const kernel = wayOfClient(c);
  // a neighbour that nobody asks stays in the table as it was, perhaps failed days ago
  const detour = kernel && detourOf(kernel);
  if (detour !== undefined) {
    const because = `${client.name} sends to ${server.address} ${detour} and asks no neighbour`;
    return { is: 'absent', because };
  }
  const neighbours = neighboursOf(c);
  const neighbour = neighbours.find((one) => !isMissed(one)) ?? neighbours[0];
  if (!neighbour) {
    return { is: 'unknown', missing: [`ip neigh show ${server.address} on ${client.name}`] };
  }
  if (!isMissed(neighbour)) {
    const mac = neighbour.neighbour.mac ?? 'a hardware address';
    return { is: 'absent', because: `${mac} answers for ${server.address} on the LAN` };
  }
  const [other] = answeredOthers(c);
  if (other) {
    const because = `${called(other)} is answered by ${server.address}: it is ${client.name} alone that is not, on ${neighbour.neighbour.dev}`;
    return { is: 'absent', because };
  }
  return present(c, neighbour);
}

function present(c: Case, neighbour: NeighbourSample): Verdict {
  const { client, server } = c;
  const mechanism: Evidence[] = [
    {
      host: client.name,
      command: neighbour.command,
      answer: `${server.address} dev ${neighbour.neighbour.dev} ${neighbour.neighbour.state.join(',')}`,
      atUnixMs: neighbour.atUnixMs,
      shows: 'mechanism',
    },
  ];
  const effect = absence(c);
  const proven = provesTogether(mechanism, effect);
  const { why, chain, byHand } = whySilent(c);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `nobody on the LAN of ${client.name} answers for ${server.address}${why}`,
    chain: [
      ...chain,
      `no machine on the LAN answers for ${server.address} now`,
      `${client.name} is on that LAN and asks for the hardware address of ${server.address} in vain`,
      `no packet to ${server.address} ever leaves ${client.name}`,
    ],
    evidence: [...mechanism, ...effect],
    contrast: [],
    also: [],
    ...(proven
      ? {}
      : {
          wouldProve: `another host of that LAN that answers ${client.name} while ${server.address} does not`,
        }),
    byHand,
  };
}

/** Silence or "no route to host" towards the server while a control answers the same client. */
function absence(c: Case): readonly Evidence[] {
  const control = c.controls.find(cameBack);
  const unreachable = c.probes.filter(({ outcome }) => outcome === 'unreachable');
  if (!control || unreachable.length === 0) return effectOf(c);
  return [...unreachable, control].map((probe) => probeEvidence(c, probe, 'effect'));
}

/** The server was looked at (by another way) and has the address on a device that is up. */
export function holdsAddress({ server }: Case): boolean {
  const network = server.facts?.network;
  if (!network?.addresses.seen || !network.links.seen) return false;
  const own = network.addresses.value.find(({ local }) => local === server.address);
  const link = network.links.value.find(({ name }) => name === own?.dev);
  return link?.flags.includes('LOWER_UP') === true && link.flags.includes('UP');
}
