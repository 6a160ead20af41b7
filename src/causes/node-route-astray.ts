import type { Evidence } from '../model/diagnosis.ts';
import type { KernelRoute, SocketState } from '../model/observation.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import { astrayByVpn } from './astray-by-vpn.ts';
import { leadsIntoVpn } from './captured.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import {
  answeredOthers,
  called,
  cameBack,
  effectOf,
  filteredByServer,
  halfOpen,
  probeEvidence,
  provesTogether,
} from './evidence.ts';

/** The client itself has a route that leads away from a server on its own subnet. */
export const nodeRouteAstray: Cause = {
  id: 'node-route-astray',
  title: 'A route on the node leads away from its own subnet',
  breaks: 'forward-route',
  fixes: [],
  judge,
};

function judge(c: Case): Verdict {
  const { client, server } = c;
  const command = `ip route get ${server.address} on ${client.name}`;
  if (!client.facts) return { is: 'unknown', missing: [command] };
  const direct = directDevices(c);
  if (!direct) return { is: 'unknown', missing: [`addresses of ${client.name}`] };
  if (direct.length === 0) {
    return { is: 'absent', because: `${server.address} is on no subnet of ${client.name}` };
  }
  const kernel = c.snapshot.observations.findLast(
    (o): o is KernelRoute =>
      o.kind === 'kernel-route' &&
      o.host === client.id &&
      o.inputDevice === undefined &&
      o.flow.destination === server.address,
  );
  if (!kernel) return { is: 'unknown', missing: [command] };
  const way = wayAstray(kernel, direct);
  if (way === undefined) {
    return {
      is: 'absent',
      because: `${client.name} sends to ${server.address} by ${kernel.answer.is === 'route' ? kernel.answer.dev : 'lo'}, directly`,
    };
  }
  if (arrives(c)) {
    return { is: 'absent', because: `packets of ${client.name} reach ${server.name} ${way}` };
  }
  if (c.probes.some(cameBack)) {
    return {
      is: 'absent',
      because: `${client.name} reaches ${server.address} ${way} all the same`,
    };
  }
  return present(c, { kernel, way, direct });
}

/** Devices of the client whose subnet holds the server, and no tunnel: any is a straight way. */
function directDevices({ client, server }: Case): readonly string[] | undefined {
  const { facts } = client;
  const addresses = facts?.network.addresses;
  if (!facts || !addresses?.seen) return undefined;
  const family = familyOf(server.address);
  return addresses.value
    .filter(
      ({ dev, local, prefixLength }) =>
        familyOf(local) === family &&
        !leadsIntoVpn(facts, dev) &&
        prefixLength < (family === 'ipv4' ? 32 : 128) &&
        prefixContains(`${local}/${prefixLength}`, server.address),
    )
    .map(({ dev }) => dev);
}

/** Clocks are read before and after a command, not in it. */
const SLACK_MS = 1000;

const LOST = ['blackhole', 'unreachable', 'prohibit', 'throw'];

/** Another way than straight to the neighbour; undefined where it goes straight. */
function wayAstray({ answer }: KernelRoute, direct: readonly string[]): string | undefined {
  if (answer.is === 'error') return `not at all (${answer.errno ?? answer.text})`;
  if (LOST.includes(answer.type)) return `not at all (${answer.type})`;
  if (answer.type !== 'unicast') return undefined;
  if (answer.gateway !== undefined) return `by way of ${answer.gateway}`;
  return direct.includes(answer.dev) ? undefined : `by ${answer.dev}`;
}

function present(
  c: Case,
  {
    kernel,
    way,
    direct,
  }: { readonly kernel: KernelRoute; readonly way: string; readonly direct: readonly string[] },
): Verdict {
  const { client, server } = c;
  const mechanism: Evidence[] = [
    {
      host: client.name,
      command: kernel.command,
      answer: kernel.raw,
      atUnixMs: kernel.atUnixMs,
      shows: 'mechanism',
      healthy: `dev ${direct[0]}`,
    },
  ];
  const effect = [...effectOf(c), ...failedAtOnce(c)];
  // a network where neighbours are only reached through a router sends so, and it arrives
  const isLost = kernelRefuses(kernel) || neverArrived(c, kernel);
  const proven = isLost && provesTogether(mechanism, effect);
  const others = answeredOthers(c);
  const vpn = astrayByVpn(c, kernel);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `${called(client)} sends what is for ${called(server)} ${vpn?.way ?? way}, although both are on one subnet`,
    chain: [
      vpn?.origin ??
        `a route or rule of ${client.name} holds ${server.address} and is better than that of ${direct.join(', ')}`,
      `packets of ${client.name} for ${server.address} go ${way} and are lost`,
      `${client.name} gets no answer${others.length > 0 ? '; other clients are answered' : ''}`,
    ],
    evidence: [...mechanism, ...effect],
    contrast: others.map((party) => `${called(party)} is answered`),
    also: [],
    ...(proven
      ? {}
      : {
          wouldProve: isLost
            ? `silence of ${server.address} while another LAN host answers ${client.name}`
            : `ss -tan state syn-recv   on ${server.name} (nothing ${vpn ? 'at all' : `from ${client.address ?? client.name}`})`,
        }),
    byHand: vpn?.byHand ?? {
      now: `ip rule; ip route show table all | grep -F ${server.address}   and delete what is too much`,
      where: client.name,
      later:
        'routes come from the machine configuration, DHCP options 33 and 121, or a VPN: take it out there',
    },
  };
}

/** The kernel itself sends nothing. */
function kernelRefuses({ answer }: KernelRoute): boolean {
  return answer.is === 'error' || LOST.includes(answer.type);
}

/** The server holds a connection of the client's, or drops it by a filter: the way there works. */
function arrives(c: Case): boolean {
  return halfOpen(c).length > 0 || filteredByServer(c).length > 0;
}

/**
 * The sockets of the server were read while the client was probing, and none is the client's. What
 * goes through a VPN may arrive under the address of its far end, so there none at all may wait.
 */
function neverArrived(c: Case, { answer }: KernelRoute): boolean {
  const { snapshot, server, client, probes } = c;
  const sockets = snapshot.observations.filter(
    (o): o is SocketState => o.kind === 'socket' && o.host === server.id,
  );
  const isDuring = ({ atUnixMs: at }: SocketState) =>
    probes.some(
      ({ outcome, atUnixMs, elapsedMs }) =>
        outcome === 'timed-out' &&
        at >= atUnixMs - SLACK_MS &&
        at <= atUnixMs + elapsedMs + SLACK_MS,
    );
  const byVpn =
    answer.is === 'route' && client.facts !== undefined && leadsIntoVpn(client.facts, answer.dev);
  const isOfClient = ({ remote, local, state }: SocketState) =>
    byVpn
      ? state === 'SYN-RECV' && local.address === server.address
      : remote.address === client.address;
  return sockets.some(isDuring) && !sockets.some(isOfClient);
}

/** The kernel refused while a control was answered. */
function failedAtOnce(c: Case): Evidence[] {
  const control = c.controls.find(cameBack);
  const refused = c.probes.filter(({ outcome }) => outcome === 'unreachable');
  if (!control || refused.length === 0) return [];
  return [...refused, control].map((probe) => probeEvidence(c, probe, 'effect'));
}
