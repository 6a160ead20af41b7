import type { Party } from '../causes/cause.ts';
import type { ClusterFacts } from '../model/cluster.ts';
import type { ObjectRef } from '../model/cluster-message.ts';
import type { Fact } from '../model/fact.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * What hangs because the way to the server is broken, as a person would restart it: the drivers'
 * workloads first, then what waits for their volumes.
 *
 * @param node Only what is on it, and claims whose driver is; absent: on any.
 */
export function affectedBy({ cluster, question }: Snapshot, node?: Party): ObjectRef[] {
  if (!cluster) return [];
  const servers = new Set([...question.serverAddresses, question.to]);
  const drivers = driversOf(cluster, servers);
  const isThere = ({ nodeName }: { readonly nodeName?: string | undefined }) =>
    node === undefined || nodeName === node.id || nodeName === node.name;
  const failing = itemsOf(cluster.csiPods)
    .filter(({ driver = '', containers }) => drivers.has(driver) && containers.some(notReady))
    .filter(isThere);
  const hasDriverThere = (provisioner: string) =>
    node === undefined || failing.some(({ driver }) => driver === provisioner);
  const refs = [
    ...failing.map(restarted),
    ...itemsOf(cluster.hangingPods)
      .filter(isThere)
      .filter(({ volumes }) =>
        volumes.some(({ server, driver = '' }) =>
          server === undefined ? drivers.has(driver) : servers.has(server),
        ),
      )
      .map(restarted),
    ...itemsOf(cluster.pendingClaims)
      .filter(({ provisioner = '' }) => drivers.has(provisioner) && hasDriverThere(provisioner))
      .map(({ namespace, name }) => ({ kind: 'PersistentVolumeClaim', namespace, name })),
  ];
  return [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()];
}

function notReady({ ready }: { readonly ready: boolean }): boolean {
  return !ready;
}

function restarted({
  workload,
  namespace,
  name,
}: {
  readonly workload?: ObjectRef | undefined;
  readonly namespace: string;
  readonly name: string;
}): ObjectRef {
  return workload ?? { kind: 'Pod', namespace, name };
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
