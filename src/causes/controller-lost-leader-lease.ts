import type { ClusterMessage } from '../model/cluster-message.ts';
import type { CsiContainer, CsiPod } from '../model/cluster-symptoms.ts';
import type { Evidence } from '../model/diagnosis.ts';
import type { ClusterCase, ClusterCause, Verdict } from './cause.ts';
import { nameOf, quoted } from './judge-complaints.ts';

/** A sidecar ends itself because the Kubernetes API does not renew its lease in time. */
export const controllerLostLeaderLease: ClusterCause = {
  id: 'controller-lost-leader-lease',
  title: 'Controllers lose their lease at a slow API server',
  fixes: [],
  judge,
};

/** client-go ends the process at once when it stops leading. */
const SAME_MOMENT_MS = 60_000;
/** Longer ago, and what hangs now has another reason. */
const RECENT_MS = 15 * 60_000;

interface Loss {
  readonly pod: CsiPod;
  readonly container: CsiContainer;
  readonly message: ClusterMessage;
  readonly atUnixMs: number;
}

function judge({ cluster }: ClusterCase): Verdict {
  const { csiPods, logs } = cluster;
  if (!csiPods.seen || !logs.seen) {
    const why = csiPods.seen ? '' : csiPods.why;
    return {
      is: 'unknown',
      missing: [`the logs of the controllers' sidecars: ${logs.seen ? why : logs.why}`],
    };
  }
  const seen = { pods: csiPods.value, logs: logs.value };
  const losses = csiPods.value.flatMap((pod) =>
    pod.containers.flatMap((container) => lossOf(pod, container, seen) ?? []),
  );
  const recent = losses.filter(({ atUnixMs }) => logs.readAtUnixMs - atUnixMs <= RECENT_MS);
  if (recent.length === 0) {
    return { is: 'absent', because: 'no sidecar lost its lease of late, or it holds it again' };
  }
  return present(recent);
}

function lossOf(
  pod: CsiPod,
  container: CsiContainer,
  { pods, logs }: { readonly pods: readonly CsiPod[]; readonly logs: readonly ClusterMessage[] },
): Loss | undefined {
  const said = logs
    .filter(({ container: where }) => where === container.name)
    .toSorted((x, y) => (y.lastUnixMs ?? 0) - (x.lastUnixMs ?? 0));
  const message = said.find(
    (one) => isAbout(one, pod) && one.signatures.some(({ category }) => category === LEASE),
  );
  const atUnixMs = message?.lastUnixMs;
  if (!message || atUnixMs === undefined) return undefined;
  // by itself, or by another replica of the same driver
  const replicas = pods.filter(({ driver }) => driver === pod.driver);
  const isHeld = said.some(
    (one) =>
      (one.lastUnixMs ?? 0) > atUnixMs &&
      one.signatures.some(({ id }) => id === 'leader-lease-held') &&
      replicas.some((replica) => isAbout(one, replica)),
  );
  return isHeld ? undefined : { pod, container, message, atUnixMs };
}

const LEASE = 'leader-election';

function isAbout({ about }: ClusterMessage, { namespace, name }: CsiPod): boolean {
  return about.name === name && about.namespace === namespace;
}

/** The loss ended the process: not a slow moment that was made good. */
function ended({ container, atUnixMs }: Loss): boolean {
  const { lastEndedUnixMs, lastExitCode } = container;
  if (lastEndedUnixMs === undefined || lastExitCode === 0) return false;
  return Math.abs(lastEndedUnixMs - atUnixMs) <= SAME_MOMENT_MS;
}

function present(losses: readonly Loss[]): Verdict {
  const proven = losses.some(ended);
  const [first] = losses.toSorted((a, b) => Number(ended(b)) - Number(ended(a)));
  const workloads = new Map(
    losses.map(({ pod }) => {
      const about = pod.workload ?? { kind: 'Pod', namespace: pod.namespace, name: pod.name };
      return [nameOf(about), about] as const;
    }),
  );
  const who = [...workloads.keys()].join(', ');
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `the Kubernetes API is too slow to renew leases, so sidecars of ${who} end themselves`,
    chain: [
      'the API server, or its etcd, does not answer a write within 10 s',
      `${first?.container.name ?? 'a sidecar'} cannot renew its lease, stops leading and ends`,
      'nobody attaches or provisions volumes until a lease is held again; the storage has no part in it',
    ],
    evidence: losses.slice(0, 3).flatMap(evidenceOf),
    contrast: [],
    also: [],
    affects: [...workloads.values()],
    ...(proven
      ? {}
      : { wouldProve: 'that the container ended when it stopped leading: kubectl describe pod' }),
    byHand: {
      now: 'look at the disk and the load of the control plane: etcd_disk_wal_fsync_duration_seconds, kubectl get --raw /readyz?verbose',
      where: 'the control plane',
      later: 'etcd wants a disk of its own; restarts of the driver do not help',
    },
  };
}

function evidenceOf(loss: Loss): Evidence[] {
  const { pod, container, message, atUnixMs } = loss;
  const log: Evidence = {
    host: 'kubernetes',
    command: `kubectl logs -n ${pod.namespace} ${pod.name} -c ${container.name} --previous`,
    answer: quoted(message.text, /failed to renew lease \S+|stopped leading|etcdserver: [^"]*/),
    atUnixMs,
    shows: 'mechanism',
  };
  if (!ended(loss)) return [log];
  return [
    log,
    {
      host: 'kubernetes',
      command: `kubectl describe -n ${pod.namespace} pod ${pod.name}`,
      answer: `${container.name} ended with exit code ${container.lastExitCode}, ${container.restarts} restarts`,
      atUnixMs: container.lastEndedUnixMs ?? atUnixMs,
      shows: 'effect',
    },
  ];
}
