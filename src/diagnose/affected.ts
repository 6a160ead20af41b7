import type { ClusterFacts } from '../model/cluster.ts';
import type { ObjectRef } from '../model/cluster-message.ts';
import type { Fact } from '../model/fact.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * What hangs because the way to the server is broken, as a person would restart it: the drivers'
 * workloads first, then what waits for their volumes.
 */
export function affectedBy({ cluster, question }: Snapshot): ObjectRef[] {
  if (!cluster) return [];
  const servers = new Set([...question.serverAddresses, question.to]);
  const drivers = driversOf(cluster, servers);
  const refs = [
    ...itemsOf(cluster.csiPods)
      .filter(
        ({ driver = '', containers }) => drivers.has(driver) && containers.some((c) => !c.ready),
      )
      .map(({ workload, namespace, name }) => workload ?? { kind: 'Pod', namespace, name }),
    ...itemsOf(cluster.hangingPods)
      .filter(({ volumes }) =>
        volumes.some(({ server, driver = '' }) =>
          server === undefined ? drivers.has(driver) : servers.has(server),
        ),
      )
      .map(({ workload, namespace, name }) => workload ?? { kind: 'Pod', namespace, name }),
    ...itemsOf(cluster.pendingClaims)
      .filter(({ provisioner = '' }) => drivers.has(provisioner))
      .map(({ namespace, name }) => ({ kind: 'PersistentVolumeClaim', namespace, name })),
  ];
  return [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()];
}

function driversOf({ backends }: ClusterFacts, servers: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(
    itemsOf(backends)
      .filter(({ server }) => servers.has(server))
      .map(({ driver }) => driver),
  );
}

function itemsOf<T>(fact: Fact<readonly T[]>): readonly T[] {
  return fact.seen ? fact.value : [];
}
