import { createRecorder, type Recorder } from '../event-recorder.ts';
import type { Pod, ReplicaSet } from '../kinds.ts';
import { keyOf } from '../object.ts';
import { matchesLabels, requirementsOf } from '../store/label-selector.ts';
import type { ControllerContext } from './context.ts';
import { makePod } from './make-pod.ts';
import { isActive, isReady, podFrom } from './pod-template.ts';
import { controllerName, type Reconciler, startReconciler } from './reconciler.ts';

/** Keeps as many pods as a ReplicaSet wants. */
export function startReplicaSets(context: ControllerContext): Reconciler {
  const record = createRecorder(context.cluster, { component: 'replicaset-controller' });
  return startReconciler(context, {
    kinds: ['replicasets.apps', 'pods'],
    keysOf(change) {
      const { object, resource } = change.stored;
      if (resource === 'replicasets.apps') return [keyOf(object)];
      const owner = controllerName(change, 'ReplicaSet');
      return owner === undefined ? [] : [`${object.metadata.namespace}/${owner}`];
    },
    reconcile(key, again) {
      const set = context.cluster.get('replicasets.apps', key);
      if (!set) return;
      if (!set.metadata.deletionTimestamp && !replicate(context, set, record)) again(key, 5000);
      report(context, key);
    },
  });
}

/** @returns False when a pod could not be made and it should be tried again. */
function replicate(context: ControllerContext, set: ReplicaSet, record: Recorder): boolean {
  const { cluster } = context;
  const pods = podsOf(cluster.list('pods'), set).filter(isActive);
  for (let missing = set.spec.replicas - pods.length; missing > 0; missing -= 1) {
    const pod = podFrom(set, set.spec.template);
    if (!makePod(context, { owner: set, pod, record })) return false;
  }
  const surplus = pods
    .toSorted(unreadyFirst)
    .slice(0, Math.max(0, pods.length - set.spec.replicas));
  for (const pod of surplus) {
    cluster.remove('pods', keyOf(pod));
    const message = `Deleted pod: ${pod.metadata.name}`;
    record(set, { type: 'Normal', reason: 'SuccessfulDelete', message });
  }
  return true;
}

function report({ cluster }: ControllerContext, key: string): void {
  cluster.updateStatus('replicasets.apps', key, (set) => {
    const pods = podsOf(cluster.list('pods'), set).filter(isActive);
    const ready = pods.filter(isReady).length;
    return {
      replicas: pods.length,
      fullyLabeledReplicas: pods.length,
      ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
      observedGeneration: set.metadata.generation ?? 1,
    };
  });
}

/** Pods a ReplicaSet owns. */
function podsOf(pods: readonly Pod[], { metadata, spec }: ReplicaSet): readonly Pod[] {
  const wanted = requirementsOf(spec.selector);
  return pods.filter(
    (pod) =>
      pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true &&
      matchesLabels(pod, wanted),
  );
}

function unreadyFirst(a: Pod, b: Pod): number {
  return Number(isReady(a)) - Number(isReady(b));
}
