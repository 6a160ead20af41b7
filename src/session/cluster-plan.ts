import { type ClusterTarget, clusterTargets, restingTargets } from '../diagnose/cluster-targets.ts';
import type { ClusterFacts } from '../model/cluster.ts';
import type { CsiPod } from '../model/cluster-symptoms.ts';
import type { Fact } from '../model/fact.ts';

/** From where to look at which server, as far as the cluster tells. */
export interface ClusterPlan {
  readonly target: ClusterTarget;
  /** A running pod in the node's own network; absent where the node has none. */
  readonly nodePod: string | undefined;
  /** Pods with a network of their own on that cluster: they ask beside the node. */
  readonly podNetwork: readonly string[];
  /** Running pods in the networks of other nodes that use the same server. */
  readonly otherNodes: readonly string[];
  /** Namespaces that run pods in the host network already, best first. */
  readonly namespaces: readonly string[];
}

/** A few show whether one node is alone with its trouble. */
const MOST_OTHER_NODES = 3;

/**
 * What to look at: the pair of node and server that most pods hang on, or, when nothing hangs, a
 * node that mounts from the server that most volumes live on. `undefined` when the cluster names no
 * server on the network.
 *
 * @param wanted Addresses of the server that the user means, if any.
 */
export function planLooks(
  cluster: ClusterFacts,
  wanted: readonly string[] = [],
): ClusterPlan | undefined {
  const targets = [...clusterTargets(cluster), ...restingTargets(cluster)];
  const target = targets.find(({ server }) => wanted.includes(server)) ?? targets[0];
  if (!target) return undefined;
  const nodePods = itemsOf(cluster.csiPods).filter(
    ({ role, hostNetwork, driver = '', phase }) =>
      role === 'node' && hostNetwork && phase === 'Running' && target.drivers.includes(driver),
  );
  const own = nodePods.find(({ nodeName }) => nodeName === target.nodeName);
  const others = new Map(
    nodePods.flatMap((pod) =>
      pod.nodeName === undefined || pod.nodeName === target.nodeName ? [] : [[pod.nodeName, pod]],
    ),
  );
  return {
    target,
    nodePod: own && execUrl(own),
    podNetwork: routerPods(cluster),
    otherNodes: [...others.values()]
      .slice(0, MOST_OTHER_NODES)
      .flatMap((pod) => execUrl(pod) ?? []),
    namespaces: [...new Set(nodePods.map(({ namespace }) => namespace))],
  };
}

/** The driver's own container, which has a shell; sidecars have none. */
function execUrl({ namespace, name, containers }: CsiPod): string | undefined {
  const running = containers.filter(({ state }) => state === 'running');
  const driver = running.find((one) =>
    /^(?:csi-driver|driver|csi-plugin|nfs|plugin)$/.test(one.name),
  );
  const chosen = driver ?? running.find((one) => !/registrar|proxy|liveness/.test(one.name));
  return chosen && `pod://${namespace}/${name}/${chosen.name}`;
}

/** Pods of subnet routers: they know the tailnet, and ask from the pod network. */
function routerPods({ tailnet }: ClusterFacts): readonly string[] {
  return itemsOf(tailnet)
    .flatMap(({ pods }) => pods)
    .filter(({ hostNetwork }) => !hostNetwork)
    .slice(0, 2)
    .map(({ namespace, name }) => `pod://${namespace}/${name}`);
}

function itemsOf<T>(fact: Fact<readonly T[]>): readonly T[] {
  return fact.seen ? fact.value : [];
}
