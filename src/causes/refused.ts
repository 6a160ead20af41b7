import type { ByHand, Evidence } from '../model/diagnosis.ts';
import type { Probe, SocketState } from '../model/observation.ts';
import { familyOf } from '../model/prefix.ts';
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

  const listeners = listenersOf(c);
  const open = (port: number) => listeners.some((one) => serves(one, c, port));
  const ports = portsOf(refused).filter((port) => !open(port));
  if (ports.length === 0) {
    const shown = portsOf(refused).map(colon).join(' ');
    return {
      is: 'absent',
      because: `${server.name} does listen on ${shown}: a packet filter refuses, or another machine that has its address, or it takes IPv6 alone`,
    };
  }
  const closed = closedPorts(c, { listeners, ports });
  const effect = refused
    .filter(({ flow }) => ports.includes(flow.destinationPort ?? 0))
    .map((probe) => probeEvidence(c, probe, 'effect'));
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

/** None where its sockets were not read: a server that we look at listens on something. */
function listenersOf({ snapshot, server }: Case): SocketState[] {
  return snapshot.observations.filter(
    (o): o is SocketState => o.kind === 'socket' && o.host === server.id && o.state === 'LISTEN',
  );
}

/** `::` stands for a socket that takes both families as well, which is what Linux makes by default. */
function serves({ local }: SocketState, { server }: Case, port: number): boolean {
  if (local.port !== port) return false;
  const isIpv4 = familyOf(server.address) === 'ipv4';
  return (
    local.address === server.address ||
    local.address === '::' ||
    (isIpv4 && local.address === '0.0.0.0')
  );
}

/** That the server has no listener on any of the ports, from its own sockets. */
function closedPorts(
  { server }: Case,
  {
    listeners: [any],
    ports,
  }: { readonly listeners: readonly SocketState[]; readonly ports: readonly number[] },
): Evidence[] | undefined {
  if (!any) return undefined;
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
