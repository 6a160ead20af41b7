import { anotherMachine } from '../causes/another-machine.ts';
import type { Case } from '../causes/cause.ts';
import { cameBack } from '../causes/evidence.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Probe } from '../model/observation.ts';
import type { ClusterGaps } from './cluster-gaps.ts';
import { shortfallOf } from './health.ts';
import { whereItStops } from './where-it-stops.ts';

/** This machine is never taken unasked: what it reaches says nothing of a node. */
const FROM_ELSEWHERE =
  '--from ssh://USER@NODE from a node, --from local: from this machine, with --to';

type Draft = Pick<Diagnosis, 'question' | 'hosts' | 'cluster'>;

/** What a conclusion is drawn from, beside what it will stand in. */
export interface Seen {
  readonly cases: readonly Case[];
  /** Facts that some cause lacked. */
  readonly missing: readonly string[];
  readonly gaps: ClusterGaps;
}

/** What there is to say where nothing was found to blame, in one sentence without a full stop. */
export function openSummary({ question, hosts, cluster }: Draft, { cases, gaps }: Seen): string {
  const client = hosts[question.from]?.name ?? question.from;
  const server = hosts[question.to]?.name ?? question.to;
  const probes = cases.flatMap((c) => c.probes);
  if (probes.length === 0) {
    if (cluster) return clusterSummary(cluster, gaps);
    return question.from === ''
      ? 'the cluster could not be looked at'
      : `nothing was sent from ${client} to ${server}, so nothing is known to fail`;
  }
  return `${client} ${whatCameBack(probes, { cases, server, cluster, ports: question.ports })}`;
}

function whatCameBack(
  probes: readonly Probe[],
  {
    cases,
    server,
    cluster,
    ports,
  }: Pick<Draft, 'cluster'> & {
    readonly cases: readonly Case[];
    readonly server: string;
    readonly ports: readonly number[];
  },
): string {
  const ran = probes.filter(({ outcome }) => outcome !== 'not-run');
  const answering = cases.filter((c) => c.probes.some(cameBack));
  const other = answering.map(anotherMachine).find((words) => words !== undefined);
  if (other) return `gets answers, but ${other}`;
  if (ran.length > 0 && ran.every(({ outcome }) => outcome === 'answered')) {
    const [short] = cases.flatMap((c) => shortfallOf(c, ports) ?? []);
    if (short) return short.says;
    const rest =
      cluster && hangsElsewhere(cluster)
        ? 'nothing that hangs is known to use it'
        : 'what hangs waits for its next try, or has a reason that was not seen';
    return `reaches ${server} there and back now; ${rest}`;
  }
  const refused = ran.filter(({ outcome }) => outcome === 'refused');
  if (ran.every(({ outcome }) => outcome === 'answered' || outcome === 'refused')) {
    return `reaches ${server} there and back, and is refused on ${portsOf(refused)}`;
  }
  const foreign = cases.map(anotherMachine).find((words) => words !== undefined);
  if (foreign && !probes.some(cameBack)) return `gets nothing back, and ${foreign}`;
  const why = 'and no known cause explains it';
  const some = partial(cases);
  if (some !== undefined) return `reaches ${server} ${some}, ${why}`;
  return probes.some(cameBack)
    ? `reaches ${server} only in part, ${why}`
    : `gets nothing back from ${server}, and what was seen does not tell why`;
}

function portsOf(probes: readonly Probe[]): string {
  return [...new Set(probes.map(({ flow }) => `:${flow.destinationPort}`))].join(' ');
}

/** Which of several addresses answer and which do not, where the two differ. */
function partial(cases: readonly Case[]): string | undefined {
  const list = (all: readonly Case[]) => all.map(({ server }) => server.address).join(', ');
  const asked = cases.filter(({ probes }) => probes.some(({ outcome }) => outcome !== 'not-run'));
  const answering = asked.filter(({ probes }) => probes.some(cameBack));
  const silent = asked.filter(({ probes }) => !probes.some(cameBack));
  if (answering.length === 0 || silent.length === 0) return undefined;
  return `at ${list(answering)} and not at ${list(silent)}`;
}

/** Of a cluster alone, where nobody could look at the way to its storage. */
function clusterSummary(
  { symptoms, signatures }: NonNullable<Diagnosis['cluster']>,
  { pods }: ClusterGaps,
): string {
  if (symptoms.length === 0) {
    return pods.length > 0
      ? 'which pods hang could not be read, and nothing was sent'
      : 'nothing hangs as far as the cluster tells, and nothing was sent';
  }
  const said = signatures.slice(0, 2).map(({ id }) => id);
  const things = symptoms.length === 1 ? '1 thing hangs' : `${symptoms.length} things hang`;
  return said.length === 0
    ? `${things}, and the cluster does not say why`
    : `${things}, and what is said of it (${said.join(', ')}) does not tell why`;
}

/** What to read next; never empty. */
export function openSteps(draft: Draft, seen: Seen): string[] {
  const { question, cluster, hosts } = draft;
  const { missing, cases } = seen;
  const wanted = missing.slice(0, 3).map((fact) => `Read: ${fact}`);
  // where the way was not even looked at, that comes first
  if (question.from === '') return [...whereFrom(draft, seen), ...wanted];
  const stops = whereItStops(cases);
  if (stops.length > 0) return [...stops, ...wanted];
  if (cluster && cases.length > 0 && cases.every(({ probes }) => probes.length === 0)) {
    const client = hosts[question.from]?.name ?? question.from;
    const look = `Look from ${client}: returnpath rbac names the rights that are missing; or ${FROM_ELSEWHERE}`;
    return [look, ...wanted];
  }
  const again = cluster && missing.length === 0 ? restarts(cluster) : [];
  if (again.length > 0) return again;
  if (wanted.length > 0) return wanted;
  return cases.some(({ server }) => server.facts === undefined)
    ? ['Look at the server too: --to ssh://USER@SERVER']
    : ['Run this again while it fails.'];
}

/** Where nothing tells which node to look from. */
function whereFrom({ cluster, hosts }: Draft, { gaps }: Seen): string[] {
  if (!cluster) return [`Mend that, or look without the cluster: ${FROM_ELSEWHERE}`];
  const isPasted = Object.keys(hosts).length === 0;
  if (isPasted) return ['Look at the way itself: kubectl returnpath diagnose'];
  const unread = [...gaps.pods, ...gaps.places];
  const why =
    unread.length > 0
      ? 'which node uses the storage could not be read'
      : 'this cluster names no node that uses the storage';
  const readable = unread.find(({ next }) => next !== undefined)?.next;
  return [
    `Say from where to look, as ${why}: --from node://NAME, or ${FROM_ELSEWHERE}`,
    ...(readable ? [`Or make that readable: ${readable}`] : []),
  ];
}

/** Pods that wait for an image or for a node to run on, say; no storage is known of any. */
function hangsElsewhere({ symptoms }: NonNullable<Diagnosis['cluster']>): boolean {
  const isDriver = (state: string) => /^\d+\/\d+ /.test(state);
  return symptoms.every(
    ({ object, server, state }) =>
      object.kind === 'Pod' && server === undefined && !isDriver(state),
  );
}

/** The way works: what still waits can be made to try now. Drivers first, pods wait for them. */
function restarts(cluster: NonNullable<Diagnosis['cluster']>): string[] {
  const { symptoms } = cluster;
  const pods = symptoms.filter(({ object }) => object.kind === 'Pod');
  const [first] = pods.filter(({ nextTryUnixMs }) => nextTryUnixMs !== undefined).concat(pods);
  if (!first) return [];
  const { namespace = 'default', name } = first.object;
  if (hangsElsewhere(cluster)) {
    return [`Ask the cluster why it hangs: kubectl describe pod -n ${namespace} ${name}`];
  }
  return [
    'Run this again after the next try of what hangs.',
    `Or restart it now, drivers first: kubectl delete pod -n ${namespace} ${name}`,
  ];
}
