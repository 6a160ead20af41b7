import type { ByHand } from '../model/diagnosis.ts';
import type { Probe } from '../model/observation.ts';
import { anotherMachine } from './another-machine.ts';
import { howWanted } from './api-port.ts';
import type { Case, Verdict } from './cause.ts';
import { cameBack, probeEvidence, provesTogether } from './evidence.ts';
import {
  closedEvidence,
  colons,
  elsewhere,
  type Listeners,
  listenersOf,
  whatListens,
} from './listeners.ts';

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
    /** `nothing listens on :443 at truenas (10.0.0.210)`, or where else it does. */
    readonly listens: string;
    readonly isElsewhere: boolean;
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

  const other = anotherMachine(c);
  if (other) return { is: 'unknown', missing: [`ss -Htln on that machine: ${other}`] };
  const listeners = listenersOf(c);
  const shut = portsOf(refused).filter(
    (port) => !listeners.open.some(({ local }) => local.port === port),
  );
  if (shut.length === 0) {
    return {
      is: 'absent',
      because: `${server.name} does listen on ${colons(portsOf(refused))}: a packet filter refuses, or another machine that has its address, or it takes IPv6 alone`,
    };
  }
  const ports = shut.filter((port) => howWanted(c, port, listeners) !== 'unknown');
  if (ports.length === 0) {
    const settings = `the settings of ${server.name}: does it serve anything on ${colons(shut)} at all? If not, ask for the ports that it has (--port)`;
    return { is: 'unknown', missing: [settings] };
  }
  return present(c, words, { ports, listeners });
}

function present(
  c: Case,
  words: Refusal['words'],
  { ports, listeners }: { readonly ports: readonly number[]; readonly listeners: Listeners },
): Verdict {
  const { server, client } = c;
  const closed = closedEvidence(c, listeners, ports);
  const effect = c.probes
    .filter(
      ({ outcome, flow }) => outcome === 'refused' && ports.includes(flow.destinationPort ?? 0),
    )
    .map((probe) => probeEvidence(c, probe, 'effect'));
  const isSeen = provesTogether(closed, effect);
  const isFault = ports.some((port) => howWanted(c, port, listeners) !== 'possible');
  const answering = portsOf(c.probes.filter(({ outcome }) => outcome === 'answered'));
  const shown = colons(ports);
  const wouldProve = isSeen
    ? `that ${server.name} is to serve its API on ${shown}: the configuration of its driver, or midclt call system.general.config   on ${server.name}`
    : `ss -Htln   on ${server.name} (no listener on ${shown})`;
  return {
    is: 'present',
    certainty: isSeen && isFault ? 'proven' : 'likely',
    ...words({
      ports: shown,
      rest: answering.length > 0 ? `, while ${colons(answering)} answers` : '',
      client: client.name,
      listens: whatListens(c, listeners, ports),
      isElsewhere: elsewhere(listeners.all, ports).length > 0,
    }),
    evidence: [...closed, ...effect],
    contrast: [],
    also: [],
    ...(isSeen && isFault ? {} : { wouldProve }),
  };
}

function portsOf(probes: readonly Probe[]): number[] {
  return [...new Set(probes.flatMap(({ flow }) => flow.destinationPort ?? []))];
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
