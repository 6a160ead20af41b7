import type { CsiContainer, CsiPod } from '../model/cluster-symptoms.ts';
import type { Evidence } from '../model/diagnosis.ts';
import type { ClusterCase, ClusterCause, Verdict } from './cause.ts';
import { complaintsOf, DRIVER_CONTAINER, itemsOf, startsOnlyWithStorage } from './complaints.ts';
import { nameOf, quoted } from './judge-complaints.ts';

/** The process of the driver dies by itself; its proxy then answers 502 in its place. */
export const csiDriverDead: ClusterCause = {
  id: 'csi-driver-dead',
  title: "The driver's own process dies",
  fixes: [],
  judge,
};

/**
 * Ends that somebody else made: 0 by itself and well; 15 democratic-csi's way to say SIGTERM, 143
 * everybody else's; 137 SIGKILL after the grace period. A failed liveness probe ends so.
 */
const ENDED_BY_KUBELET = [0, 15, 137, 143];
const AWAY = ['csi-proxy-502', 'driver-gone'];
/** The driver dies, and within one try of a sidecar that is noticed. */
const SAME_MOMENT_MS = 60_000;

interface Dead {
  readonly pod: CsiPod;
  readonly container: CsiContainer;
}

function judge(c: ClusterCase): Verdict {
  const { csiPods, logs } = c.cluster;
  if (!csiPods.seen)
    return { is: 'unknown', missing: [`the pods of storage drivers: ${csiPods.why}`] };
  const dead = csiPods.value
    .flatMap((pod) => deadIn(pod))
    .filter((one) => !hasReason(c, one) && !waitsForStorage(c, one));
  if (dead.length === 0) {
    return {
      is: 'absent',
      because: 'the processes of the drivers run, or were ended from outside',
    };
  }
  // a reason would stand there
  if (!logs.seen) return { is: 'unknown', missing: [`the logs of storage drivers: ${logs.why}`] };
  const effect = dead.flatMap((one) => missedBy(c, one));
  return present(c, dead, effect);
}

/** It gives up by itself while the storage does not answer. */
function waitsForStorage(c: ClusterCase, { pod, container }: Dead): boolean {
  return container.lastExitCode === 1 && startsOnlyWithStorage(c, pod.driver ? [pod.driver] : []);
}

function deadIn(pod: CsiPod): Dead[] {
  return pod.containers
    .filter(({ name, ready }) => DRIVER_CONTAINER.test(name) && !ready)
    .filter(
      ({ lastExitCode, lastReason }) =>
        lastExitCode !== undefined &&
        (lastReason === 'OOMKilled' || !ENDED_BY_KUBELET.includes(lastExitCode)),
    )
    .map((container) => ({ pod, container }));
}

/** What the driver said before it went is another cause. */
function hasReason(c: ClusterCase, { pod }: Dead): boolean {
  const about = pod.workload ?? { kind: 'Pod', namespace: pod.namespace, name: pod.name };
  return complaintsOf(c).some(
    (one) => nameOf(one.about) === nameOf(about) && !AWAY.includes(one.signature.category),
  );
}

/** Sidecars of the same pod that miss the driver, at the time of its last end. */
function missedBy({ cluster }: ClusterCase, { pod, container }: Dead): Evidence[] {
  const message = itemsOf(cluster.logs)
    .filter(({ about }) => about.name === pod.name && about.namespace === pod.namespace)
    .findLast(({ signatures }) => signatures.some(({ category }) => AWAY.includes(category)));
  if (message?.lastUnixMs === undefined || container.lastEndedUnixMs === undefined) return [];
  if (message.lastUnixMs < container.lastEndedUnixMs - SAME_MOMENT_MS) return [];
  return [
    {
      host: 'kubernetes',
      command: `kubectl logs -n ${pod.namespace} ${pod.name} -c ${message.container ?? ''}`,
      answer: quoted(
        message.text,
        /502[^;"]*|Lost connection[^,"]*|Still connecting[^"]*|dial unix[^"]*/,
      ),
      atUnixMs: message.lastUnixMs,
      shows: 'effect',
    },
  ];
}

function present(c: ClusterCase, dead: readonly Dead[], effect: readonly Evidence[]): Verdict {
  const objects = dead.map(
    ({ pod }) => pod.workload ?? { kind: 'Pod', namespace: pod.namespace, name: pod.name },
  );
  const [{ pod, container }] = dead as [Dead];
  const how = `exit code ${container.lastExitCode}${container.lastReason ? ` (${container.lastReason})` : ''}`;
  const proven = effect.length > 0;
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `the process ${container.name} of ${nameOf(objects[0] ?? { kind: 'Pod', name: pod.name })} dies by itself with ${how}`,
    chain: [
      `${container.name} ends with ${how}, which no kubelet and no storage makes it do`,
      'nobody listens on its socket: the proxy answers 502 in its place, and sidecars end',
      `${objects.map(nameOf).join(', ')} cannot become ready; the storage is not asked at all`,
    ],
    evidence: [...dead.map((one) => endOf(c, one)), ...effect],
    contrast: [],
    also: [],
    affects: objects,
    ...(proven ? {} : { wouldProve: 'the 502 of csi-grpc-proxy in the logs of the sidecars' }),
    byHand: {
      now: `kubectl logs -n ${pod.namespace} ${pod.name} -c ${container.name} --previous`,
      where: 'the controller pod of the driver',
      later:
        '139 is a crash of the image, 137 with OOMKilled too small a memory limit, 1 mostly a value missing in the configuration',
    },
  };
}

function endOf({ cluster: { csiPods } }: ClusterCase, { pod, container }: Dead): Evidence {
  const { name, lastExitCode, lastEndedUnixMs } = container;
  return {
    host: 'kubernetes',
    command: `kubectl describe -n ${pod.namespace} pod ${pod.name}`,
    answer: `${name} not ready, last exit code ${lastExitCode}`,
    atUnixMs: lastEndedUnixMs ?? (csiPods.seen ? csiPods.readAtUnixMs : 0),
    shows: 'mechanism',
  };
}
