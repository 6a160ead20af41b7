import type { ByHand, Evidence } from '../model/diagnosis.ts';
import type { Probe, SocketState } from '../model/observation.ts';
import type { Case, Verdict } from './cause.ts';
import { cameBack, probeEvidence, provesTogether } from './evidence.ts';

/** What tells one kind of refusal from another, and how it is said. */
export interface Refusal {
  readonly isIt: (c: Case) => boolean;
  /** Why it is absent, where something else is refused. */
  readonly otherwise: string;
  readonly words: (say: {
    /** `:443 :80` */
    readonly ports: string;
    /** `, while :2049 answers`, or nothing. */
    readonly rest: string;
    readonly client: string;
  }) => { readonly because: string; readonly chain: readonly string[]; readonly byHand: ByHand };
}

/** A refusal is proven by the server's own list of listeners: a packet filter can refuse as well. */
export function judgeRefused(c: Case, { isIt, otherwise, words }: Refusal): Verdict {
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
  if (!isIt(c)) return { is: 'absent', because: otherwise };

  const ports = portsOf(refused);
  const closed = closedPorts(c, ports);
  const effect = refused.map((probe) => probeEvidence(c, probe, 'effect'));
  const proven = closed !== undefined && provesTogether(closed, effect);
  const answering = portsOf(c.probes.filter(({ outcome }) => outcome === 'answered'));
  const rest = answering.length > 0 ? `, while ${answering.map(colon).join(' ')} answers` : '';
  const shown = ports.map(colon).join(' ');
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    ...words({ ports: shown, rest, client: client.name }),
    evidence: [...(closed ?? []), ...effect],
    contrast: [],
    also: [],
    ...(proven ? {} : { wouldProve: `ss -Htln   on ${server.name} (no listener on ${shown})` }),
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

/** Every refused port is one that HTTP is spoken to, and NFS answered. */
export function isApiAlone({ probes }: Case): boolean {
  const ofApi = probes.filter(({ probe }) => probe === 'http' || probe === 'https');
  const apiPorts = ofApi.map(({ flow }) => flow.destinationPort);
  const refused = probes.filter(({ outcome }) => outcome === 'refused');
  const nfs = probes.some(({ probe, outcome }) => probe === 'nfs' && outcome === 'answered');
  return (
    nfs &&
    refused.length > 0 &&
    refused.every(({ flow }) => apiPorts.includes(flow.destinationPort))
  );
}
