import type { ChecklistLine } from '../model/checklist.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Controllers whole, and nobody waiting for storage. Nothing where no cluster was to be looked at. */
export function clusterLines(snapshot: Snapshot): ChecklistLine[] {
  const { cluster } = snapshot;
  if (!cluster) return unreachable(snapshot);
  const { csiPods, hangingPods, pendingClaims, readAtUnixMs: atUnixMs } = cluster;
  const controllers = csiPods.seen ? csiPods.value.filter(({ role }) => role === 'controller') : [];
  const whole = controllers.map(
    ({ namespace, name, release, readyContainers, containers }): ChecklistLine => ({
      id: 'controller-ready',
      what: `the controller of ${release ?? name} is whole`,
      is: readyContainers === containers.length && containers.length > 0 ? 'ok' : 'bad',
      evidence: `kubectl -n ${namespace} get pod ${name}  =>  ${readyContainers}/${containers.length}`,
      atUnixMs,
    }),
  );
  const seen = csiPods.seen
    ? whole
    : [unread('controller-ready', 'controllers are whole', csiPods)];
  return [
    ...seen,
    waiting('pods-start', 'no pod waits for its storage', {
      fact: hangingPods,
      typed: 'kubectl get pods -A',
      atUnixMs,
    }),
    waiting('claims-bound', 'no claim waits for a volume', {
      fact: pendingClaims,
      typed: 'kubectl get pvc -A',
      atUnixMs,
    }),
  ];
}

/** A cluster that was to say who the client is, and did not answer. */
function unreachable({ question, failedVantages }: Snapshot): ChecklistLine[] {
  const failed = failedVantages.find(({ vantage }) => /^(?:kubeconfig$|https?:)/.test(vantage));
  return question.from === '' && failed
    ? [unread('cluster-seen', 'nothing of the cluster waits for storage', failed)]
    : [];
}

type Waiting = readonly { readonly namespace: string; readonly name: string }[];

const SHOWN = 5;

function waiting(
  id: string,
  what: string,
  {
    fact,
    typed,
    atUnixMs,
  }: {
    fact: { seen: true; value: Waiting } | { seen: false; why: string };
    typed: string;
    atUnixMs: number;
  },
): ChecklistLine {
  if (!fact.seen) return unread(id, what, fact);
  const names = fact.value.slice(0, SHOWN).map(({ namespace, name }) => `${namespace}/${name}`);
  const more = fact.value.length > SHOWN ? ` and ${fact.value.length - SHOWN} more` : '';
  return {
    id,
    what,
    is: fact.value.length === 0 ? 'ok' : 'bad',
    evidence: `${typed}  =>  ${names.length === 0 ? 'none' : names.join(', ')}${more}`,
    atUnixMs,
  };
}

function unread(id: string, what: string, { why }: { why: string }): ChecklistLine {
  return { id, what, is: 'unknown', evidence: why };
}
