import { timeText } from '../api/api.ts';
import { type Cluster, createIfAbsent } from '../cluster.ts';
import { createRecorder } from '../event-recorder.ts';
import type { Pod } from '../kinds.ts';
import { type KubeObject, keyOf } from '../object.ts';
import type { Timer } from '../timer.ts';
import type { NodeContext } from './context.ts';
import type { Logs } from './logs.ts';
import { type PodWorker, startPod } from './pod-worker.ts';
import type { ContainerRun, Mount, StartContainer } from './runner.ts';

export interface KubeletOptions {
  readonly cluster: Cluster;
  readonly timer: Timer;
  readonly nodeName: string;
  readonly hostIp: string;
  /** First three octets of the node's pod network: `10.244.0`. */
  readonly podNetwork: string;
  readonly logs: Logs;
  readonly start: StartContainer;
  readonly mount: Mount;
  readonly backOffScale: number;
  readonly mountTimeoutMs: number;
  readonly past: NodeContext['past'];
  readonly podIp: (pod: Pod) => string | undefined;
}

/** Runs the pods that are bound to one node. */
export interface Kubelet {
  /** The running container, for exec. */
  runOf(pod: KubeObject, container: string): ContainerRun | undefined;
  /** Ends every container at once. */
  stop(): Promise<void>;
}

export function startKubelet(options: KubeletOptions): Kubelet {
  const node = contextOf(options);
  const { cluster, nodeName } = node;
  const workers = new Map<string, PodWorker>();

  const look = (pod: Pod): void => {
    const { uid = '', deletionTimestamp, deletionGracePeriodSeconds = 30 } = pod.metadata;
    if (pod.spec.nodeName !== nodeName) return;
    const worker = workers.get(uid);
    if (deletionTimestamp && !worker) {
      cluster.remove('pods', keyOf(pod), { gracePeriodSeconds: 0 });
    } else if (deletionTimestamp) {
      worker?.terminate(deletionGracePeriodSeconds * 1000);
    } else if (!worker && !isOver(pod)) {
      workers.set(uid, startPod(node, pod));
    }
  };
  const gone = (pod: Pod): void => {
    const worker = workers.get(pod.metadata.uid ?? '');
    workers.delete(pod.metadata.uid ?? '');
    worker?.terminate(0);
  };
  const unsubscribe = cluster.subscribe(({ type, stored }) => {
    if (stored.resource !== 'pods') return;
    const pod = stored.object as Pod;
    // not inside the write that told us
    setImmediate(() => (type === 'DELETED' ? gone(pod) : look(latest(cluster, pod))));
  });
  for (const pod of cluster.list('pods')) look(pod);
  const stopHeartbeat = heartbeat(node);
  return {
    runOf: (pod, container) => workers.get(pod.metadata.uid ?? '')?.run(container),
    async stop() {
      unsubscribe();
      stopHeartbeat();
      for (const worker of workers.values()) worker.kill();
      await Promise.all([...workers.values()].map(({ done }) => done));
    },
  };
}

function contextOf(options: KubeletOptions): NodeContext {
  const { cluster, timer, nodeName } = options;
  const addresses = createAddresses(options.podNetwork);
  return {
    cluster,
    timer,
    nodeName,
    hostIp: options.hostIp,
    logs: options.logs,
    record: createRecorder(cluster, { component: 'kubelet', host: nodeName }),
    runners: { start: options.start, mount: options.mount },
    backOffScale: options.backOffScale,
    mountTimeoutMs: options.mountTimeoutMs,
    past: options.past,
    hasImage(image) {
      const images = cluster.get('nodes', nodeName)?.status?.images;
      return images === undefined || images.some(({ names }) => names.includes(image));
    },
    takePodIp: (pod) => options.podIp(pod) ?? addresses.take(pod.metadata.uid ?? ''),
    giveBackPodIp: addresses.giveBack,
  };
}

/** Addresses .2 to .254 of a /24, handed out in turn so that one is not used again soon. */
function createAddresses(network: string): {
  take(owner: string): string;
  giveBack(owner: string): void;
} {
  const taken = new Map<string, number>();
  let last = 1;
  return {
    take(owner) {
      const used = new Set(taken.values());
      do {
        last = last >= 254 ? 2 : last + 1;
      } while (used.has(last) && used.size < 253);
      taken.set(owner, last);
      return `${network}.${last}`;
    },
    giveBack: (owner) => {
      taken.delete(owner);
    },
  };
}

function latest(cluster: Cluster, pod: Pod): Pod {
  const now = cluster.get('pods', keyOf(pod));
  return now && now.metadata.uid === pod.metadata.uid ? now : pod;
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

const RENEW_MS = 10_000;

/** Renews the node's lease, by which the cluster knows that it is alive. */
function heartbeat({ cluster, timer, nodeName }: NodeContext): () => void {
  const key = `kube-node-lease/${nodeName}`;
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: 40 };
  const renewTime = (): string => timeText(timer.now()).replace('Z', '.000000Z');
  const metadata = { name: nodeName, namespace: 'kube-node-lease' };
  createIfAbsent(cluster, 'leases.coordination.k8s.io', {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: { ...spec, renewTime: renewTime() },
  });
  let cancel = (): void => undefined;
  const beat = (): void => {
    cancel = timer.after(RENEW_MS, () => {
      cluster.update('leases.coordination.k8s.io', key, (lease) => ({
        ...lease,
        spec: { ...lease.spec, renewTime: renewTime() },
      }));
      beat();
    });
  };
  beat();
  return () => cancel();
}
