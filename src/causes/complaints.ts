import type {
  ClusterMessage,
  MessageCategory,
  ObjectRef,
  Signature,
} from '../model/cluster-message.ts';
import type { CsiPod, HangingPod, PendingClaim } from '../model/cluster-symptoms.ts';
import type { Fact } from '../model/fact.ts';
import type { ClusterCase } from './cause.ts';

/** Something of the cluster that fails now, and the last telling thing that was said of it. */
export interface Complaint {
  /** What fails, as a person would restart it. */
  readonly about: ObjectRef;
  readonly is: 'controller' | 'pod' | 'claim' | 'attachment';
  /** As `kubectl get` words it: `2/6`, `ContainerCreating`, `Pending`. */
  readonly state: string;
  readonly drivers: readonly string[];
  readonly nodeName: string | undefined;
  readonly message: ClusterMessage;
  readonly signature: Signature;
  /** When it failed last: a container's end, or the moment it was seen to hang. */
  readonly failedUnixMs: number;
  /** What the failure was read by. */
  readonly from: string;
}

/** These say that something else failed, so they never tell what. */
const CONSEQUENCES: readonly MessageCategory[] = [
  'follows',
  'progress',
  'crash-loop',
  'driver-not-ready',
  'not-provisioned',
  'not-attached',
  'leader-election',
];
/**
 * A driver that is restarted because its liveness probe failed is missed by its sidecars. What it
 * said before it went is the reason.
 */
const DRIVER_IS_AWAY: readonly MessageCategory[] = ['csi-proxy-502', 'driver-gone'];
/** The longest back-off of a kubelet and the three minutes a liveness probe takes, and some more. */
const SAME_TROUBLE_MS = 10 * 60_000;

/** Containers in which a driver itself runs, not its sidecars. */
export const DRIVER_CONTAINER = /^(?:csi-driver|csi-plugin|nfs|driver)$/;
/** Sidecars speak to the Kubernetes API as well: only what wraps a driver's answer is of it. */
const WRAPS_DRIVER = ['truenas-api-unavailable', 'csi-probe-failed', 'provisioning-failed'];

/** One complaint for each thing that fails now and of which something telling is known. */
export function complaintsOf({ cluster }: ClusterCase): Complaint[] {
  const { csiPods, hangingPods, pendingClaims, attachments, logs, driverEvents } = cluster;
  const said = [...itemsOf(logs), ...itemsOf(driverEvents)];
  return [
    ...listed(csiPods, (pod) => ofController(pod, said)),
    ...listed(hangingPods, ofPod),
    ...listed(pendingClaims, ofClaim),
    ...listed(attachments, ({ name, driver, nodeName, message }) =>
      complaintOf(message ? [message] : [], {
        about: { kind: 'VolumeAttachment', name },
        is: 'attachment',
        state: 'not attached',
        drivers: [driver],
        nodeName,
      }),
    ),
  ];
}

/** Facts without which silence of the cluster means nothing. */
export function unseenOf({ cluster }: ClusterCase): string[] {
  const facts: readonly (readonly [string, Fact<unknown>])[] = [
    ['the pods of storage drivers', cluster.csiPods],
    ['the logs of storage drivers', cluster.logs],
    ['the pods that hang', cluster.hangingPods],
  ];
  return facts.flatMap(([what, fact]) => (fact.seen ? [] : [`${what}: ${fact.why}`]));
}

export function itemsOf<T>(fact: Fact<readonly T[]>): readonly T[] {
  return fact.seen ? fact.value : [];
}

/** Whether every container of a pod does its work. */
export function isReady({ containers }: CsiPod): boolean {
  return containers.every(({ ready }) => ready);
}

/** These open their socket only when the storage has answered, and give up if it does not. */
const NEEDS_STORAGE = ['truenas-csi', 'tns-csi'];

/** Whether one of these drivers does not even start without its storage. */
export function startsOnlyWithStorage(
  { cluster }: ClusterCase,
  drivers: readonly string[],
): boolean {
  return itemsOf(cluster.drivers).some(
    ({ name, software }) => drivers.includes(name) && NEEDS_STORAGE.includes(software),
  );
}

type Frame = Omit<Complaint, 'message' | 'signature' | 'failedUnixMs' | 'from'> & {
  readonly failedUnixMs?: number | undefined;
};

function listed<T>(
  fact: Fact<readonly T[]>,
  turn: (one: T) => Omit<Complaint, 'failedUnixMs' | 'from'> | undefined,
): Complaint[] {
  if (!fact.seen) return [];
  const { from, readAtUnixMs } = fact;
  return fact.value.flatMap((one) => {
    const found = turn(one);
    return found ? [{ failedUnixMs: readAtUnixMs, from, ...found }] : [];
  });
}

function ofController(
  pod: CsiPod,
  said: readonly ClusterMessage[],
): ReturnType<typeof complaintOf> {
  if (pod.role !== 'controller' || isReady(pod)) return undefined;
  const { namespace, name, driver, nodeName, workload, readyContainers, containers } = pod;
  const own = said.filter(
    ({ about }) => about.kind === 'Pod' && about.namespace === namespace && about.name === name,
  );
  const ends = containers.flatMap(({ lastEndedUnixMs }) => lastEndedUnixMs ?? []);
  const reason = containers.find(({ ready }) => !ready)?.reason;
  return complaintOf(own.filter(isOfDriver), {
    about: workload ?? { kind: 'Pod', namespace, name },
    is: 'controller',
    state: `${readyContainers}/${containers.length}${reason ? ` ${reason}` : ''}`,
    drivers: driver === undefined ? [] : [driver],
    nodeName,
    ...(ends.length > 0 ? { failedUnixMs: Math.max(...ends) } : {}),
  });
}

function isOfDriver({ where, container = '', signatures }: ClusterMessage): boolean {
  if (where === 'event' || DRIVER_CONTAINER.test(container)) return true;
  return signatures.some(
    ({ id, category }) => WRAPS_DRIVER.includes(id) || DRIVER_IS_AWAY.includes(category),
  );
}

function ofPod({ namespace, name, workload, reason, nodeName, volumes, messages }: HangingPod) {
  return complaintOf(messages, {
    about: workload ?? { kind: 'Pod', namespace, name },
    is: 'pod',
    state: reason,
    drivers: volumes.flatMap(({ driver }) => driver ?? []),
    nodeName,
  });
}

function ofClaim({ namespace, name, provisioner, messages }: PendingClaim) {
  return complaintOf(messages, {
    about: { kind: 'PersistentVolumeClaim', namespace, name },
    is: 'claim',
    state: 'Pending',
    drivers: provisioner === undefined ? [] : [provisioner],
    nodeName: undefined,
  });
}

function complaintOf(messages: readonly ClusterMessage[], { failedUnixMs, ...frame }: Frame) {
  const last = lastTelling(messages);
  if (!last) return undefined;
  return { ...frame, ...last, ...(failedUnixMs === undefined ? {} : { failedUnixMs }) };
}

interface Telling {
  readonly message: ClusterMessage;
  readonly signature: Signature;
}

/** The last message that tells why; that the driver is away tells only if nothing else does. */
function lastTelling(messages: readonly ClusterMessage[]): Telling | undefined {
  const telling = messages.flatMap((message) => {
    const signature = message.signatures.find(({ category }) => !CONSEQUENCES.includes(category));
    return signature ? [{ message, signature }] : [];
  });
  const isAway = ({ signature }: Telling) => DRIVER_IS_AWAY.includes(signature.category);
  const reason = latest(telling.filter((one) => !isAway(one)));
  const away = latest(telling.filter(isAway));
  if (!reason || !away) return reason ?? away;
  return timeOf(away) - timeOf(reason) > SAME_TROUBLE_MS ? away : reason;
}

function latest(all: readonly Telling[]): Telling | undefined {
  return all.toSorted((a, b) => timeOf(b) - timeOf(a))[0];
}

function timeOf({ message }: Telling): number {
  return message.lastUnixMs ?? message.firstUnixMs ?? 0;
}
