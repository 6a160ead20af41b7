import type { ClusterFacts } from '../model/cluster.ts';
import type { ClusterMessage } from '../model/cluster-message.ts';
import type { CsiPod } from '../model/cluster-symptoms.ts';
import type { Symptom } from '../model/diagnosis.ts';
import type { Fact } from '../model/fact.ts';

const SAYS_CHARACTERS = 240;

/** What is not as it should be, drivers first: the pods hang because of them, or with them. */
export function clusterSymptoms(cluster: ClusterFacts): Symptom[] {
  const logs = [...itemsOf(cluster.logs), ...itemsOf(cluster.driverEvents)];
  const rank = new Map(cluster.signatures.map(({ id }, index) => [id, index]));
  const telling = (messages: readonly ClusterMessage[]) => mostTelling(messages, rank);
  return [
    ...itemsOf(cluster.csiPods)
      .filter(({ containers }) => containers.some(({ ready }) => !ready))
      .map((pod) => driverSymptom(pod, { logs, cluster, telling })),
    ...itemsOf(cluster.hangingPods).map(
      ({ namespace, name, workload, nodeName, reason, sinceUnixMs, volumes, messages }) =>
        symptom({
          object: { kind: 'Pod', namespace, name },
          workload,
          nodeName,
          state: reason,
          sinceUnixMs,
          says: telling(messages),
          server: volumes.find(({ server }) => server !== undefined)?.server,
        }),
    ),
    ...itemsOf(cluster.pendingClaims).map(
      ({ namespace, name, sinceUnixMs, provisioner, messages }) =>
        symptom({
          object: { kind: 'PersistentVolumeClaim', namespace, name },
          state: 'Pending',
          sinceUnixMs,
          says:
            telling(messages) ??
            `nobody has said anything about it${provisioner ? `, not even ${provisioner}` : ''}`,
        }),
    ),
    ...itemsOf(cluster.attachments).map(({ name, nodeName, attached, sinceUnixMs, message }) =>
      symptom({
        object: { kind: 'VolumeAttachment', name },
        nodeName,
        state: attached ? 'Attached, with an error' : 'not attached',
        sinceUnixMs,
        says: message?.text,
      }),
    ),
  ];
}

interface DriverContext {
  readonly logs: readonly ClusterMessage[];
  readonly cluster: ClusterFacts;
  readonly telling: (messages: readonly ClusterMessage[]) => string | undefined;
}

function driverSymptom(
  { namespace, name, workload, nodeName, driver, readyContainers, containers }: CsiPod,
  { logs, cluster, telling }: DriverContext,
): Symptom {
  const broken = containers.find(({ ready, reason }) => !ready && reason === 'CrashLoopBackOff');
  const { reason = 'not ready' } = broken ?? containers.find(({ ready }) => !ready) ?? {};
  const nextTry = containers
    .flatMap(({ nextTryUnixMs }) => nextTryUnixMs ?? [])
    .reduce<number | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
  return symptom({
    object: { kind: 'Pod', namespace, name },
    workload,
    nodeName,
    state: `${readyContainers}/${containers.length} ${reason}`,
    says: telling(logs.filter(({ about }) => about.name === name && about.namespace === namespace)),
    server: itemsOf(cluster.backends).find((one) => one.driver === driver && !one.outdated)?.server,
    nextTryUnixMs: nextTry,
  });
}

/**
 * The message whose shape tells most, of equal ones the latest, cut to a line.
 *
 * @param rank Of shapes, most telling first.
 */
function mostTelling(
  messages: readonly ClusterMessage[],
  rank: ReadonlyMap<string, number>,
): string | undefined {
  const rankOf = ({ signatures }: ClusterMessage) =>
    signatures.reduce((best, { id }) => Math.min(best, rank.get(id) ?? best), rank.size);
  const [best] = messages.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || (b.lastUnixMs ?? 0) - (a.lastUnixMs ?? 0),
  );
  if (!best || best.text.length <= SAYS_CHARACTERS) return best?.text;
  return `${best.text.slice(0, SAYS_CHARACTERS - 1)}…`;
}

/** Without what is not known. */
function symptom(
  parts: {
    readonly [K in keyof Symptom]: Symptom[K] | undefined;
  },
): Symptom {
  const known = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Symptom;
}

function itemsOf<T>(fact: Fact<readonly T[]>): readonly T[] {
  return fact.seen ? fact.value : [];
}
