import type { ClusterFacts } from '../model/cluster.ts';
import type { ObjectRef } from '../model/cluster-message.ts';
import type { StorageBackend, StoragePort } from '../model/cluster-storage.ts';
import type { HangingPod } from '../model/cluster-symptoms.ts';
import type { Fact } from '../model/fact.ts';

/** A pair to look at: a node whose pods hang, and a server they hang on. */
export interface ClusterTarget {
  readonly nodeName: string;
  /** Addresses of the node, where they are known. */
  readonly nodeAddresses: readonly string[];
  /** As it stands in the volumes: an address or a name. */
  readonly server: string;
  readonly ports: readonly StoragePort[];
  readonly drivers: readonly string[];
  /** What hangs because of it; empty where only the driver's own controller fails. */
  readonly workloads: readonly ObjectRef[];
  readonly pods: number;
}

interface Draft {
  readonly nodeName: string;
  readonly server: string;
  readonly drivers: Set<string>;
  readonly workloads: Map<string, ObjectRef>;
  pods: number;
}

/**
 * Which node to look from at which server, the pair that most pods hang on first.
 *
 * A pod leads to its server by its volume, or, without one yet, by its driver. A controller that
 * does not come up leads to the servers of its driver. Servers inside the cluster are left out:
 * the way to them is not a way over the LAN.
 */
export function clusterTargets(cluster: ClusterFacts): ClusterTarget[] {
  const backends = itemsOf(cluster.backends).filter(({ place }) => place === 'network');
  const drafts = new Map<string, Draft>();
  for (const pod of itemsOf(cluster.hangingPods)) addPod(pod, { backends, drafts });
  for (const { nodeName, driver, role, containers } of itemsOf(cluster.csiPods)) {
    if (role !== 'controller' || nodeName === undefined || driver === undefined) continue;
    if (containers.every(({ ready }) => ready)) continue;
    for (const server of serversOf(driver, backends))
      draftOf(drafts, nodeName, server).drivers.add(driver);
  }
  const nodes = new Map(itemsOf(cluster.nodes).map((node) => [node.name, node.addresses]));
  return [...drafts.values()]
    .map(({ nodeName, server, drivers, workloads, pods }) => ({
      nodeName,
      nodeAddresses: nodes.get(nodeName) ?? [],
      server,
      ports: portsOf(server, backends),
      drivers: [...drivers],
      workloads: [...workloads.values()],
      pods,
    }))
    .toSorted((a, b) => b.pods - a.pods);
}

/**
 * The same when nothing hangs: nodes that mount from a server, the one that most volumes live on
 * first.
 */
export function restingTargets(cluster: ClusterFacts): ClusterTarget[] {
  const backends = itemsOf(cluster.backends).filter(
    ({ place, outdated }) => place === 'network' && !outdated,
  );
  const nodes = new Map(itemsOf(cluster.nodes).map((node) => [node.name, node.addresses]));
  return backends
    .toSorted((a, b) => b.volumes - a.volumes)
    .flatMap(({ server, driver }) =>
      itemsOf(cluster.csiNodes)
        .filter(({ drivers }) => drivers.includes(driver))
        .map(({ nodeName }) => ({
          nodeName,
          nodeAddresses: nodes.get(nodeName) ?? [],
          server,
          ports: portsOf(server, backends),
          drivers: [driver],
          workloads: [],
          pods: 0,
        })),
    );
}

function addPod(
  { namespace, name, nodeName, volumes, workload }: HangingPod,
  {
    backends,
    drafts,
  }: { readonly backends: readonly StorageBackend[]; readonly drafts: Map<string, Draft> },
): void {
  if (nodeName === undefined) return;
  const servers = new Map(
    volumes.flatMap(({ driver = '', server }) => {
      const known = server === undefined ? serversOf(driver, backends) : [server];
      return known.map((one) => [one, driver] as const);
    }),
  );
  for (const [server, driver] of servers) {
    if (!backends.some((one) => one.server === server)) continue;
    const draft = draftOf(drafts, nodeName, server);
    const about = workload ?? { kind: 'Pod', namespace, name };
    draft.drivers.add(driver);
    draft.workloads.set(`${about.kind}/${about.namespace}/${about.name}`, about);
    draft.pods += 1;
  }
}

function draftOf(drafts: Map<string, Draft>, nodeName: string, server: string): Draft {
  const key = `${nodeName}\0${server}`;
  const draft = drafts.get(key) ?? {
    nodeName,
    server,
    drivers: new Set(),
    workloads: new Map(),
    pods: 0,
  };
  drafts.set(key, draft);
  return draft;
}

/** Of a driver; those it is configured with today, where older ones are known as such. */
function serversOf(driver: string, backends: readonly StorageBackend[]): readonly string[] {
  return backends
    .filter((backend) => backend.driver === driver && !backend.outdated)
    .map(({ server }) => server);
}

function portsOf(server: string, backends: readonly StorageBackend[]): StoragePort[] {
  const ports = new Map<number, StoragePort>();
  for (const backend of backends) {
    if (backend.server !== server) continue;
    for (const port of backend.ports) if (!ports.has(port.port)) ports.set(port.port, port);
  }
  return [...ports.values()];
}

function itemsOf<T>(fact: Fact<readonly T[]>): readonly T[] {
  return fact.seen ? fact.value : [];
}
