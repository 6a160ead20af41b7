import { createRecorder, type Recorder } from '../event-recorder.ts';
import type { Node, Pod } from '../kinds.ts';
import { keyOf } from '../object.ts';
import type { ControllerContext } from './context.ts';
import { type Reconciler, startReconciler } from './reconciler.ts';

const RETRY_MS = 5000;

/** Binds pods to nodes: the ready one with the fewest pods among those the pod's selector allows. */
export function startScheduler(context: ControllerContext): Reconciler {
  const record = createRecorder(context.cluster, { component: 'default-scheduler' });
  return startReconciler(context, {
    kinds: ['pods', 'persistentvolumeclaims'],
    keysOf: ({ stored, type }) => {
      if (type === 'DELETED') return [];
      if (stored.resource === 'pods') return [stored.key];
      return context.cluster.list('pods').filter(isWaiting).map(keyOf);
    },
    reconcile(key, again) {
      const pod = context.cluster.get('pods', key);
      if (pod && isWaiting(pod) && !schedule(context, pod, record)) again(key, RETRY_MS);
    },
  });
}

function isWaiting({ spec, metadata }: Pod): boolean {
  return spec.nodeName === undefined && metadata.deletionTimestamp === undefined;
}

function schedule({ cluster }: ControllerContext, pod: Pod, record: Recorder): boolean {
  const nodes = cluster.list('nodes');
  const why = unboundClaim(cluster, pod);
  const fitting = why === undefined ? nodes.filter((node) => fits(pod, node)) : [];
  const [best] = fitting.toSorted((a, b) => load(cluster, a) - load(cluster, b));
  if (!best) {
    const text = why ?? "node(s) didn't match Pod's node affinity/selector";
    const message = `0/${nodes.length} nodes are available: ${text}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`;
    record(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    return false;
  }
  const { name } = best.metadata;
  const resource = cluster.api.registry.find('', 'v1', 'pods');
  if (!resource) return false;
  const bound = { ...pod, spec: { ...pod.spec, nodeName: name } };
  cluster.api.replace(resource, bound, { subresource: 'binding' });
  const { namespace, name: podName } = pod.metadata;
  const message = `Successfully assigned ${namespace}/${podName} to ${name}`;
  record(pod, { type: 'Normal', reason: 'Scheduled', message });
  return true;
}

/** What keeps a pod from being placed before its volumes exist. */
function unboundClaim(
  cluster: ControllerContext['cluster'],
  { spec, metadata }: Pod,
): string | undefined {
  for (const { persistentVolumeClaim } of spec.volumes ?? []) {
    if (!persistentVolumeClaim) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = cluster.get('persistentvolumeclaims', `${metadata.namespace}/${claimName}`);
    if (!claim) return `persistentvolumeclaim "${claimName}" not found`;
    if (claim.status?.phase !== 'Bound') {
      return 'pod has unbound immediate PersistentVolumeClaims';
    }
  }
  return undefined;
}

function fits({ spec }: Pod, { metadata, spec: node, status }: Node): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const wanted = Object.entries(spec.nodeSelector ?? {});
  return (
    ready?.status === 'True' &&
    node?.unschedulable !== true &&
    wanted.every(([key, value]) => metadata.labels?.[key] === value)
  );
}

function load(cluster: ControllerContext['cluster'], { metadata }: Node): number {
  return cluster.list('pods').filter(({ spec }) => spec.nodeName === metadata.name).length;
}
