import type { Case } from '../causes/cause.ts';
import { cameBack } from '../causes/evidence.ts';
import type { Diagnosis } from '../model/diagnosis.ts';

type Draft = Pick<Diagnosis, 'verdict' | 'findings' | 'question' | 'hosts' | 'cluster'>;

/** One sentence for the top of a report, without a full stop. */
export function summaryOf(draft: Draft, cases: readonly Case[]) {
  const { verdict, findings, question, hosts, cluster } = draft;
  const [first] = findings;
  if (first) return first.summary;
  const client = hosts[question.from]?.name ?? question.from;
  const server = hosts[question.to]?.name ?? question.to;
  const ports = question.ports.map((port) => `:${port}`).join(' ');
  if (verdict === 'healthy') {
    const addresses = question.serverAddresses.filter((address) => address !== server);
    const named = addresses.length > 0 ? `${server} (${addresses.join(', ')})` : server;
    return `${client} reaches ${named} on ${ports}, there and back`;
  }
  const probes = cases.flatMap((c) => c.probes);
  if (probes.length === 0 && cluster) return clusterSummary(cluster);
  if (probes.length === 0 && question.from === '') return 'the cluster could not be looked at';
  if (probes.length === 0)
    return `nothing was sent from ${client} to ${server}, so nothing is known to fail`;
  const ran = probes.filter(({ outcome }) => outcome !== 'not-run');
  if (ran.length > 0 && ran.every(({ outcome }) => outcome === 'answered')) {
    return `${client} reaches ${server} there and back now; what hangs waits for its next try, or has a reason that was not seen`;
  }
  return probes.some(cameBack)
    ? `${client} reaches ${server} only in part, and no known cause explains it`
    : `${client} gets nothing back from ${server}, and what was seen does not tell why`;
}

/** Of a cluster alone, where nobody could look at the way to its storage. */
function clusterSummary({ symptoms, signatures }: NonNullable<Diagnosis['cluster']>): string {
  if (symptoms.length === 0)
    return 'nothing hangs as far as the cluster tells, and nothing was sent';
  const said = signatures.slice(0, 2).map(({ id }) => id);
  const things = symptoms.length === 1 ? '1 thing hangs' : `${symptoms.length} things hang`;
  return said.length === 0
    ? `${things}, and the cluster does not say why`
    : `${things}, and what is said of it (${said.join(', ')}) does not tell why`;
}

/** What to do next; never empty. */
export function nextSteps(
  { verdict, findings, question, cluster }: Draft,
  missing: readonly string[],
): string[] {
  if (verdict === 'healthy') {
    return ['If pods still hang, run this again from the node that they hang on.'];
  }
  if (verdict === 'cannot-tell') {
    const wanted = missing.slice(0, 3).map((fact) => `Read: ${fact}`);
    // where the way was not even looked at, that comes first
    if (question.from === '' && !cluster)
      return [
        'Mend that, or look without the cluster: --from ssh://USER@NODE --to ssh://USER@SERVER',
      ];
    if (question.from === '')
      return ['Look at the way itself: kubectl returnpath diagnose', ...wanted];
    const again = cluster && missing.length === 0 ? restarts(cluster) : [];
    if (again.length > 0) return again;
    return wanted.length > 0 ? wanted : ['Look at the server too: --to ssh://USER@SERVER'];
  }
  const isFixable = findings.some(({ fixes }) => fixes.length > 0);
  return findings.some(({ certainty }) => certainty === 'likely')
    ? [`Prove it before you change anything: see "to prove" above${askPerson(findings)}.`]
    : [
        ...(isFixable
          ? ['Mend it: returnpath fix, with the same options, shows what it would do, and asks.']
          : []),
        'After the change run this again; it must say HEALTHY.',
      ];
}

/** The way works: what still waits can be made to try now. Drivers first, pods wait for them. */
function restarts({ symptoms }: NonNullable<Diagnosis['cluster']>): string[] {
  const pods = symptoms.filter(({ object }) => object.kind === 'Pod');
  const [first] = pods.filter(({ nextTryUnixMs }) => nextTryUnixMs !== undefined).concat(pods);
  if (!first) return [];
  const { namespace = 'default', name } = first.object;
  return [
    'Run this again after the next try of what hangs.',
    `Or restart it now, drivers first: kubectl delete pod -n ${namespace} ${name}`,
  ];
}

/** Where one answer of the server's kernel decides, and nobody could look at the server. */
function askPerson(findings: Draft['findings']): string {
  const open = findings.find(({ wouldProve = '' }) => wouldProve.startsWith('ip route get'));
  const { source, destination } = open?.flows[0] ?? {};
  if (!source || !destination) return '';
  return `, or have somebody there paste what \`returnpath ask nas --client ${source} --server ${destination}\` prints`;
}
