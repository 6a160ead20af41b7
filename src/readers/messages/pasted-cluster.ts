import type { ClusterFacts } from '../../model/cluster.ts';
import type { ClusterMessage, ObjectRef } from '../../model/cluster-message.ts';
import type { CsiPod, HangingPod, PendingClaim } from '../../model/cluster-symptoms.ts';
import { type Fact, missing, seen } from '../../model/fact.ts';
import { PASTED_LOG, type PastedCluster, type PastedPod } from './pasted.ts';
import { signaturesOf } from './recognise.ts';

/** Where what was pasted came from, as far as a report can say. */
const FROM = 'what was pasted';
/** States in which a pod waits for something that others do. */
const WAITS = /^(?:ContainerCreating|Pending|Init:|PodInitializing|ContainerStatusUnknown)/;
const OF_STORAGE = /csi|nfs|trident|longhorn|truenas|provisioner/i;
const IS_CONTROLLER = /controller|provisioner/i;

/**
 * What somebody pasted, as if the cluster had been asked: the same conclusions follow from it, as
 * far as texts go. What no text tells is missing.
 *
 * @param nowUnixMs When the latest of the texts was made.
 */
export function clusterOfPaste(pastes: readonly PastedCluster[], nowUnixMs: number): ClusterFacts {
  const pods = eachOnce(pastes.flatMap((paste) => paste.pods));
  const controllers = pods.filter(isController);
  const messages = pastes
    .flatMap((paste) => paste.messages)
    .map((message) => attributed(message, controllers));
  const logs = messages.filter(({ where }) => where === 'log');
  const events = messages.filter(({ where }) => where !== 'log');
  const named = controllers.length > 0 || logs.length === 0 ? pods : [...pods, UNNAMED];
  const see = <T>(value: T, isThere: boolean, next: string): Fact<T> =>
    isThere ? seen(value, FROM, nowUnixMs) : missing('it was not pasted', next);
  const firsts = messages.flatMap(({ firstUnixMs }) => firstUnixMs ?? []);
  const unasked = missing<never>('it was not pasted');
  return {
    server: FROM,
    readAtUnixMs: nowUnixMs,
    version: unasked,
    nodes: unasked,
    nodeCount: unasked,
    hangingPods: see(
      hangingPods(pods, events),
      pods.length + events.length > 0,
      'kubectl get pods -A -o wide; kubectl get events -A',
    ),
    pendingClaims: see(claims(events), events.length > 0, 'kubectl get events -A'),
    attachments: unasked,
    csiNodes: unasked,
    csiPods: see(csiPods(named, logs, nowUnixMs), named.length > 0, 'kubectl get pods -A -o wide'),
    drivers: unasked,
    backends: unasked,
    driverEvents: see(
      events.filter(({ about }) => named.some((pod) => isAbout(about, pod) && isOfStorage(pod))),
      events.length > 0,
      'kubectl get events -A',
    ),
    logs: see(logs, logs.length > 0, 'kubectl logs --all-containers --prefix --timestamps'),
    signatures: signaturesOf(messages),
    ...(firsts.length > 0 ? { sinceUnixMs: firsts.reduce((a, b) => Math.min(a, b)) } : {}),
    tailnet: unasked,
    serviceAddresses: unasked,
    lacking: [],
    bounded: [],
  };
}

/** A pod may stand in a table and be described as well. */
function eachOnce(pods: readonly PastedPod[]): PastedPod[] {
  const byName = new Map<string, PastedPod>();
  for (const pod of pods) {
    const known = Object.entries(pod).filter(([, value]) => value !== undefined);
    byName.set(pod.name, { ...byName.get(pod.name), ...Object.fromEntries(known), name: pod.name });
  }
  return [...byName.values()];
}

/** What a Deployment calls its pods; the alphabet is that of apimachinery's SafeEncodeString. */
const DEPLOYED = /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

function workloadOf({ name, namespace = '' }: PastedPod): { workload?: ObjectRef } {
  const [, deployment] = DEPLOYED.exec(name) ?? [];
  if (deployment === undefined) return {};
  return { workload: { kind: 'Deployment', namespace, name: deployment } };
}

/** Stands for the controller whose log was pasted alone. */
const UNNAMED: PastedPod = { name: 'csi-controller', status: 'only its log is known' };

/** A log without a name is of the controller that is not well, if there is one. */
function attributed(message: ClusterMessage, controllers: readonly PastedPod[]): ClusterMessage {
  const { about } = message;
  if (message.where !== 'log') return message;
  const own = controllers.find(({ name }) => name === about.name);
  const [ill] = controllers.filter((pod) => !isWell(pod));
  const pod =
    own ?? (about.name === PASTED_LOG.name ? (ill ?? controllers[0] ?? UNNAMED) : undefined);
  return pod ? { ...message, about: refOf(pod) } : message;
}

function refOf({ name, namespace = '' }: PastedPod): ObjectRef {
  return { kind: 'Pod', namespace, name };
}

function isAbout(about: ObjectRef, { name }: PastedPod): boolean {
  return about.kind === 'Pod' && about.name === name;
}

function isOfStorage({ name, namespace = '' }: PastedPod): boolean {
  return OF_STORAGE.test(name) || OF_STORAGE.test(namespace);
}

function isController(pod: PastedPod): boolean {
  return isOfStorage(pod) && IS_CONTROLLER.test(pod.name);
}

function isWell({ readyContainers, containers }: PastedPod): boolean {
  return containers !== undefined && readyContainers === containers;
}

/** Pods that wait, by the list of pods or, without that, by what events say of them. */
function hangingPods(pods: readonly PastedPod[], events: readonly ClusterMessage[]): HangingPod[] {
  const listed = pods.filter(({ status = '' }) => WAITS.test(status));
  const told = events.filter(
    ({ about, reason = '' }) =>
      /^Failed(?:Mount|AttachVolume|MapVolume)$/.test(reason) &&
      about.kind === 'Pod' &&
      !pods.some((pod) => isAbout(about, pod) && pod.status !== undefined),
  );
  const others = new Map(
    told.map(({ about: { name, namespace } }): [string, PastedPod] => [name, { name, namespace }]),
  );
  return [...listed, ...others.values()].map((pod) => {
    const { name, namespace = '', nodeName, status = 'ContainerCreating' } = pod;
    const messages = events.filter(({ about }) => isAbout(about, pod));
    const firsts = messages.flatMap(({ firstUnixMs }) => firstUnixMs ?? []);
    return {
      namespace: namespace || (messages[0]?.about.namespace ?? ''),
      name,
      ...(nodeName === undefined ? {} : { nodeName }),
      hostNetwork: false,
      ...workloadOf(pod),
      ...(firsts.length > 0 ? { sinceUnixMs: firsts.reduce((a, b) => Math.min(a, b)) } : {}),
      reason: status,
      volumes: [],
      messages,
    };
  });
}

function claims(events: readonly ClusterMessage[]): PendingClaim[] {
  const about = events.filter(({ about: { kind } }) => kind === 'PersistentVolumeClaim');
  const names = new Map(about.map((event) => [event.about.name, event.about]));
  return [...names.values()].map(({ name, namespace = '' }) => ({
    namespace,
    name,
    messages: about.filter((event) => event.about.name === name),
  }));
}

/** Of containers only the number is known, and how many are ready. */
function csiPods(
  pods: readonly PastedPod[],
  logs: readonly ClusterMessage[],
  nowUnixMs: number,
): CsiPod[] {
  return pods
    .filter((pod) => isOfStorage(pod) || pod === UNNAMED)
    .map((pod) => {
      const { name, namespace = '', nodeName, status = '', restarts = 0 } = pod;
      const { containers = 1, readyContainers = 0 } = pod;
      const own = logs.filter(({ about }) => isAbout(about, pod));
      const last = own.flatMap(({ lastUnixMs }) => lastUnixMs ?? []);
      return {
        namespace,
        name,
        role: isController(pod) || pod === UNNAMED ? 'controller' : 'node',
        labels: {},
        ...workloadOf(pod),
        ...(nodeName === undefined ? {} : { nodeName }),
        hostNetwork: false,
        phase: 'Running',
        readyContainers,
        containers: Array.from({ length: containers }, (_, at) => ({
          name: `container ${at + 1}`,
          image: '',
          ready: at < readyContainers,
          restarts: at < readyContainers ? 0 : restarts,
          state: at < readyContainers ? 'running' : 'waiting',
          ...(at < readyContainers ? {} : { reason: status }),
          lastEndedUnixMs: last.length > 0 ? Math.max(...last) : nowUnixMs,
        })),
      };
    });
}
