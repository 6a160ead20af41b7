import { createRecorder, type Recorder } from '../event-recorder.ts';
import type { Pod, PodTemplate } from '../kinds.ts';
import { fieldAt, isFields, type KubeObject, keyOf } from '../object.ts';
import type { ControllerContext } from './context.ts';
import { makePod } from './make-pod.ts';
import { isActive, isReady, podFrom } from './pod-template.ts';
import { controllerName, type Reconciler, startReconciler } from './reconciler.ts';

/** Keeps the numbered pods of a StatefulSet. Its volumes and updates are left out. */
export function startStatefulSets(context: ControllerContext): Reconciler {
  const record = createRecorder(context.cluster, { component: 'statefulset-controller' });
  return startReconciler(context, {
    kinds: ['statefulsets.apps', 'pods'],
    keysOf(change) {
      const { object, resource } = change.stored;
      if (resource === 'statefulsets.apps') return [keyOf(object)];
      const owner = controllerName(change, 'StatefulSet');
      return owner === undefined ? [] : [`${object.metadata.namespace}/${owner}`];
    },
    reconcile(key) {
      const set = context.cluster.get('statefulsets.apps', key);
      if (!set || set.metadata.deletionTimestamp) return;
      const replicas = Number(fieldAt(set, 'spec.replicas') ?? 1);
      for (let at = 0; at < replicas; at += 1) ensurePod(context, { set, record }, at);
      report(context, set, replicas);
    },
  });
}

function ensurePod(
  context: ControllerContext,
  { set, record }: { readonly set: KubeObject; readonly record: Recorder },
  at: number,
): void {
  const { cluster } = context;
  const name = `${set.metadata.name}-${at}`;
  const template = fieldAt(set, 'spec.template');
  if (!isFields(template) || cluster.get('pods', `${set.metadata.namespace}/${name}`)) return;
  const { metadata, ...pod } = podFrom(set, template as unknown as PodTemplate);
  const labels = { ...metadata.labels, 'statefulset.kubernetes.io/pod-name': name };
  makePod(context, {
    owner: set,
    pod: { ...pod, metadata: { ...metadata, name, labels } },
    record,
  });
}

function report({ cluster }: ControllerContext, set: KubeObject, replicas: number): void {
  const pods: readonly Pod[] = cluster
    .list('pods')
    .filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === set.metadata.uid));
  const active = pods.filter(isActive);
  const ready = active.filter(isReady).length;
  cluster.updateStatus('statefulsets.apps', keyOf(set), () => ({
    replicas: Math.min(active.length, replicas),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    currentReplicas: active.length,
    updatedReplicas: active.length,
    observedGeneration: set.metadata.generation ?? 1,
  }));
}
