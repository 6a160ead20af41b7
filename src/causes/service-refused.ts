import type { Evidence } from '../model/diagnosis.ts';
import type { Probe, SocketState } from '../model/observation.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import { called, cameBack, probeEvidence, provesTogether } from './evidence.ts';

/** Packets go both ways; the machine itself says that nothing listens. */
export const serviceRefused: Cause = {
  id: 'service-refused',
  title: 'The service refuses connections',
  breaks: 'service',
  fixes: [],
  judge,
};

function judge(c: Case): Verdict {
  const { server, client } = c;
  if (c.probes.length === 0) {
    return { is: 'unknown', missing: [`a probe from ${client.name} to ${server.address}`] };
  }
  const refused = c.probes.filter(({ outcome }) => outcome === 'refused');
  if (refused.length === 0) {
    return c.probes.some(cameBack)
      ? { is: 'absent', because: `${server.address} refuses no port that was asked` }
      : { is: 'absent', because: `nothing came back from ${server.address}, not even a refusal` };
  }

  const ports = portsOf(refused);
  const closed = closedPorts(c, ports);
  const effect = refused.map((probe) => probeEvidence(c, probe, 'effect'));
  const proven = closed !== undefined && provesTogether(closed, effect);
  const answering = portsOf(c.probes.filter(({ outcome }) => outcome === 'answered'));
  const rest = answering.length > 0 ? `, while ${answering.map(colon).join(' ')} answers` : '';
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `${called(server)} is reached and refuses ${ports.map(colon).join(' ')}${rest}`,
    chain: [
      `nothing listens on ${ports.map(colon).join(' ')} at ${server.name}`,
      `its kernel answers each attempt with a reset, so packets go there and come back`,
      `${client.name} is refused at once`,
    ],
    evidence: [...(closed ?? []), ...effect],
    contrast: [],
    also: [],
    ...(proven
      ? {}
      : {
          wouldProve: `ss -Htln   on ${server.name} (no listener on ${ports.map(colon).join(' ')})`,
        }),
    byHand: {
      now: 'start the service, or correct the address it binds to',
      where: server.name,
    },
  };
}

/**
 * That the server has no listener on any of the ports, from its own sockets. Undefined when its
 * sockets were not read, or when one of the ports does have a listener (then something in between
 * refuses, which is not this).
 */
function closedPorts({ snapshot, server }: Case, ports: readonly number[]): Evidence[] | undefined {
  const listeners = snapshot.observations.filter(
    (o): o is SocketState => o.kind === 'socket' && o.host === server.id && o.state === 'LISTEN',
  );
  const [any] = listeners;
  if (!any) return undefined;
  const serves = ({ local }: SocketState) =>
    ports.includes(local.port) && ['0.0.0.0', '::', '*', server.address].includes(local.address);
  if (listeners.some(serves)) return undefined;
  return [
    {
      host: server.name,
      command: any.command,
      answer: `no listener on ${ports.map(colon).join(' ')}`,
      atUnixMs: any.atUnixMs,
      shows: 'mechanism',
    },
  ];
}

function portsOf(probes: readonly Probe[]): number[] {
  return [...new Set(probes.flatMap(({ flow }) => flow.destinationPort ?? []))];
}

function colon(port: number): string {
  return `:${port}`;
}
