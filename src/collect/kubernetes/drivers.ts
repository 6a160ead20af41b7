import type { StorageBackend, StorageDriver } from '../../model/cluster-storage.ts';
import type { ClusterLists } from './cluster-lists.ts';
import type { CsiWorkload } from './csi-workloads.ts';
import { classProbesStorage, softwareOf } from './software.ts';

/** Every driver there is any sign of: installed, registered, named by a class or by a volume. */
export function storageDrivers(
  { drivers, registered, storage }: Pick<ClusterLists, 'drivers' | 'registered' | 'storage'>,
  {
    workloads,
    backends,
  }: { readonly workloads: readonly CsiWorkload[]; readonly backends: readonly StorageBackend[] },
): StorageDriver[] {
  const names = new Set([
    ...drivers.keys(),
    ...storage.classes().map(({ provisioner }) => provisioner),
    ...workloads.flatMap(({ driver }) => driver ?? []),
    ...backends.map(({ driver }) => driver),
  ]);
  const nodes = new Map<string, number>();
  for (const name of [...registered.values()].flat()) nodes.set(name, (nodes.get(name) ?? 0) + 1);
  return [...names].map((name) => {
    const own = workloads.filter(({ driver }) => driver === name);
    const backend = backends.find(({ driver }) => driver === name);
    return {
      name,
      software: backend?.software ?? softwareOf(name).name,
      probesStorage: probes(name, backend),
      namespaces: unique(own.map(({ namespace }) => namespace)),
      releases: unique(own.flatMap(({ release }) => release ?? [])),
      storageClasses: storage
        .classes()
        .filter(({ provisioner }) => provisioner === name)
        .map(({ metadata }) => metadata.name),
      attachRequired: drivers.get(name),
      registeredNodes: nodes.get(name) ?? 0,
    };
  });
}

function probes(name: string, backend: StorageBackend | undefined): boolean | undefined {
  const driverClass = backend?.driverClass;
  return driverClass === undefined
    ? softwareOf(name).probesStorage
    : classProbesStorage(driverClass);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
