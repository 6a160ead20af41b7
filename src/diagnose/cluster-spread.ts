import type { ClusterFacts } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';

/** How far a trouble with one server has spread over the nodes that use it. */
export interface ServerSpread {
  readonly server: string;
  /** Nodes with pods that hang on it. */
  readonly failing: readonly string[];
  /** Nodes on which its drivers are registered and nothing hangs on it. */
  readonly quiet: readonly string[];
  /**
   * `every-node` points at the server or at the way back from it; `some-nodes` at those nodes, or
   * at a way back to them alone; `one-node` says nothing in a cluster of one.
   */
  readonly reach: 'every-node' | 'some-nodes' | 'one-node';
}

/**
 * Groups what hangs by server and node. A node where nothing hangs has perhaps nothing to mount:
 * it is called quiet, not well.
 */
export function clusterSpread(cluster: ClusterFacts): ServerSpread[] {
  const failing = new Map<string, Set<string>>();
  const drivers = new Map<string, Set<string>>();
  for (const { nodeName, volumes } of itemsOf(cluster.hangingPods)) {
    for (const { server, driver } of volumes) {
      if (server === undefined || nodeName === undefined) continue;
      add(failing, server, nodeName);
      if (driver !== undefined) add(drivers, server, driver);
    }
  }
  const nodes = itemsOf(cluster.csiNodes);
  return [...failing].map(([server, names]) => {
    const own = drivers.get(server) ?? new Set();
    const users = nodes.filter((node) => node.drivers.some((driver) => own.has(driver)));
    const quiet = users.map(({ nodeName }) => nodeName).filter((name) => !names.has(name));
    return { server, failing: [...names], quiet, reach: reachOf(names.size, quiet.length) };
  });
}

function reachOf(failing: number, quiet: number): ServerSpread['reach'] {
  if (quiet > 0) return 'some-nodes';
  return failing === 1 ? 'one-node' : 'every-node';
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key) ?? new Set();
  values.add(value);
  map.set(key, values);
}

function itemsOf<T>(fact: Fact<readonly T[]>): readonly T[] {
  return fact.seen ? fact.value : [];
}
