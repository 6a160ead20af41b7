import type { ObjectRef } from '../model/cluster-message.ts';
import type { CsiContainer, CsiPod } from '../model/cluster-symptoms.ts';
import type { Evidence } from '../model/diagnosis.ts';
import type { ClusterCase, ClusterCause, Verdict } from './cause.ts';
import { complaintsOf, DRIVER_CONTAINER, itemsOf, startsOnlyWithStorage } from './complaints.ts';
import { cameBack } from './evidence.ts';
import { nameOf, quoted } from './judge-complaints.ts';
import { isUnanswered } from './pod-evidence.ts';
import { storageCases } from './storage-of.ts';

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
/** From here on an exit code is 128 and the number of the signal that ended it. */
const SIGNALS = { first: 129, last: 192 };
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
  const told = dead.filter((one) => isCrash(one) || !isSilent(c, one));
  if (told.length === 0) return { is: 'unknown', missing: dead.map(lastWords) };
  return present(c, told);
}

/** It gives up by itself while the storage does not answer. */
function waitsForStorage(c: ClusterCase, { pod, container }: Dead): boolean {
  return container.lastExitCode === 1 && startsOnlyWithStorage(c, pod.driver ? [pod.driver] : []);
}

/** The kernel ended it. Any other code is a word of the driver, perhaps about its storage. */
function isCrash({ container: { lastExitCode = 0, lastReason } }: Dead): boolean {
  if (lastReason === 'OOMKilled') return true;
  return lastExitCode >= SIGNALS.first && lastExitCode <= SIGNALS.last;
}

/** Its storage does not answer its node, or not a pod there. */
function isSilent(c: ClusterCase, one: Dead): boolean {
  return probesOf(c, one).some(isUnanswered);
}

function isAnswered(c: ClusterCase, one: Dead): boolean {
  const all = probesOf(c, one);
  return all.some((probes) => probes.some(cameBack)) && !all.some(isUnanswered);
}

function probesOf(c: ClusterCase, { pod: { driver } }: Dead) {
  const nodes = storageCases(c, driver ? [driver] : []);
  const pods = c.podCases.filter(({ node }) => nodes.includes(node)).map(({ pod }) => pod);
  return [...nodes, ...pods].map(({ probes }) => probes);
}

function lastWords({ pod, container: { name, lastExitCode } }: Dead): string {
  return `kubectl logs -n ${pod.namespace} ${pod.name} -c ${name} --previous (exit code ${lastExitCode}, while its storage does not answer)`;
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
function hasReason(c: ClusterCase, dead: Dead): boolean {
  const about = nameOf(objectOf(dead));
  return complaintsOf(c).some(
    (one) => nameOf(one.about) === about && !AWAY.includes(one.signature.category),
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

function present(c: ClusterCase, dead: readonly Dead[]): Verdict {
  const missed = (one: Dead) => missedBy(c, one).length > 0;
  const sure = dead.find((one) => missed(one) && (isCrash(one) || isAnswered(c, one)));
  const lead = sure ?? (dead[0] as Dead);
  const { pod, container } = lead;
  const objects = dead.map(objectOf);
  const how = `exit code ${container.lastExitCode}${container.lastReason ? ` (${container.lastReason})` : ''}`;
  return {
    is: 'present',
    certainty: sure ? 'proven' : 'likely',
    because: `the process ${container.name} of ${nameOf(objectOf(lead))} dies by itself with ${how}`,
    chain: [
      `${container.name} ends with ${how}, which ${blameless(c, lead)}`,
      'nobody listens on its socket: the proxy answers 502 in its place, and sidecars end',
      `${objects.map(nameOf).join(', ')} cannot become ready${isCrash(lead) ? '; the storage is not asked at all' : ''}`,
    ],
    evidence: [...dead.map((one) => endOf(c, one)), ...dead.flatMap((one) => missedBy(c, one))],
    contrast: [],
    also: [],
    affects: objects,
    ...(sure ? {} : { wouldProve: wouldProve(missed(lead)) }),
    byHand: {
      now: `kubectl logs -n ${pod.namespace} ${pod.name} -c ${container.name} --previous`,
      where: 'the controller pod of the driver',
      later:
        '139 is a crash of the image, 137 with OOMKilled too small a memory limit, 1 mostly a value missing in the configuration',
    },
  };
}

function objectOf({ pod: { workload, namespace, name } }: Dead): ObjectRef {
  return workload ?? { kind: 'Pod', namespace, name };
}

function blameless(c: ClusterCase, one: Dead): string {
  if (isCrash(one)) return 'no kubelet and no storage makes it do';
  return isAnswered(c, one)
    ? 'no kubelet makes it do, and its storage answers'
    : 'no kubelet makes it do';
}

function wouldProve(isMissed: boolean): string {
  return isMissed
    ? 'an answer of its storage to its node meanwhile'
    : 'the 502 of csi-grpc-proxy in the logs of the sidecars';
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
