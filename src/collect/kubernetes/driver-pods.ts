import type { ClusterMessage } from '../../model/cluster-message.ts';
import type { CsiPod } from '../../model/cluster-symptoms.ts';
import { type Fact, missing, seen } from '../../model/fact.ts';
import type { ClusterLists } from './cluster-lists.ts';
import { csiPod } from './csi-pods.ts';
import { type CsiWorkload, csiWorkload, withDrivers } from './csi-workloads.ts';
import type { ClusterReader } from './reader.ts';
import { RESOURCES } from './resources.ts';
import { Pod, Workload } from './schema.ts';

export interface DriverPods {
  readonly workloads: readonly CsiWorkload[];
  readonly pods: Fact<CsiPod[]>;
}

/** A driver has a namespace or two; more than this are not looked into. */
const MOST_NAMESPACES = 20;
/** A node plugin has a pod on every node: of the many that are well only so many are kept. */
const MOST_WELL_NODE_PODS = 50;

/**
 * The pods of storage drivers: node plugins are known by how they register with the kubelet, the
 * controllers by their sidecars in the same namespaces.
 */
export async function readDriverPods(
  reader: ClusterReader,
  { daemonSets, subdirProvisioners, went }: ClusterLists,
): Promise<DriverPods> {
  const plugins = workloadsOf('DaemonSet', daemonSets);
  const subdir = workloadsOf('Deployment', subdirProvisioners);
  const found = new Set([...plugins, ...subdir].map(({ namespace }) => namespace));
  const namespaces = [...found].slice(0, MOST_NAMESPACES);
  if (found.size > namespaces.length) {
    reader.bounded.push(`only ${MOST_NAMESPACES} namespaces with storage drivers were looked into`);
  }
  if (!went.daemonSets.seen && !went.deployments.seen) {
    return { workloads: [], pods: missing(went.daemonSets.why, went.daemonSets.next) };
  }
  const controllers = await Promise.all(namespaces.map((at) => controllersIn(reader, at)));
  const workloads = withDrivers(unique([...plugins, ...subdir, ...controllers.flat()]));
  const facts = await Promise.all(namespaces.map((at) => podsIn(reader, at, workloads)));
  const failed = facts.find((fact) => !fact.seen);
  if (failed && facts.every((fact) => !fact.seen)) return { workloads, pods: failed };
  const pods = facts.flatMap((fact) => (fact.seen ? fact.value : []));
  return { workloads, pods: seen(bounded(pods), 'kubectl get pods -A', reader.now()) };
}

function workloadsOf(kind: CsiWorkload['kind'], all: readonly Workload[]): CsiWorkload[] {
  return all.flatMap((one) => csiWorkload(kind, one) ?? []);
}

function unique(workloads: readonly CsiWorkload[]): CsiWorkload[] {
  const keys = new Map(workloads.map((one) => [`${one.kind}/${one.namespace}/${one.name}`, one]));
  return [...keys.values()];
}

async function controllersIn(reader: ClusterReader, namespace: string): Promise<CsiWorkload[]> {
  const found: CsiWorkload[] = [];
  const kinds = [
    { kind: 'Deployment', resource: RESOURCES.deployments },
    { kind: 'StatefulSet', resource: RESOURCES.statefulSets },
  ] as const;
  await Promise.all(
    kinds.map(({ kind, resource }) =>
      reader.list(
        { resource, namespace },
        {
          schema: Workload,
          take(one) {
            const workload = csiWorkload(kind, one);
            if (workload) found.push(workload);
          },
          hides: 'the controllers of storage drivers',
        },
      ),
    ),
  );
  return found;
}

async function podsIn(
  reader: ClusterReader,
  namespace: string,
  workloads: readonly CsiWorkload[],
): Promise<Fact<CsiPod[]>> {
  const pods: CsiPod[] = [];
  const fact = await reader.list(
    { resource: RESOURCES.pods, namespace },
    {
      schema: Pod,
      take(pod) {
        const one = csiPod(pod, workloads);
        if (one) pods.push(one);
      },
      hides: 'whether the pods of storage drivers are well',
    },
  );
  return fact.seen ? { ...fact, value: pods } : fact;
}

export function isWell({ containers, phase }: CsiPod): boolean {
  return phase === 'Running' && containers.every(({ ready }) => ready);
}

function bounded(pods: readonly CsiPod[]): CsiPod[] {
  let well = 0;
  return pods.filter((pod) => {
    if (pod.role === 'controller' || !isWell(pod)) return true;
    well += 1;
    return well <= MOST_WELL_NODE_PODS;
  });
}

/** Events of the drivers' pods and workloads, merged. */
export function driverEvents(
  { workloads, pods }: DriverPods,
  { events, went }: Pick<ClusterLists, 'events' | 'went'>,
): Fact<ClusterMessage[]> {
  if (!went.events.seen) return went.events;
  const objects = [
    ...workloads.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
    ...(pods.seen
      ? pods.value.map(({ namespace, name }) => ({ kind: 'Pod', namespace, name }))
      : []),
  ];
  return { ...went.events, value: objects.flatMap((object) => events.about(object)) };
}
