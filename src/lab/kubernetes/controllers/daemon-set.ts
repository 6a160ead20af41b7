import { createRecorder, type Recorder } from '../event-recorder.ts';
import type { DaemonSet, Node, Pod } from '../kinds.ts';
import { keyOf } from '../object.ts';
import type { ControllerContext } from './context.ts';
import { makePod } from './make-pod.ts';
import { isActive, isReady, podFrom, templateHash } from './pod-template.ts';
import { controllerName, type Reconciler, startReconciler } from './reconciler.ts';

const RETRY_MS = 5000;
const HASH = 'controller-revision-hash';

/** Keeps one pod of a DaemonSet on every node its selector allows. */
export function startDaemonSets(context: ControllerContext): Reconciler {
  const { cluster } = context;
  const record = createRecorder(cluster, { component: 'daemonset-controller' });
  return startReconciler(context, {
    kinds: ['daemonsets.apps', 'pods', 'nodes'],
    keysOf(change) {
      const { object, resource } = change.stored;
      if (resource === 'daemonsets.apps') return [keyOf(object)];
      if (resource === 'nodes') {
        // a heartbeat changes no placement
        return change.type === 'MODIFIED' ? [] : cluster.list('daemonsets.apps').map(keyOf);
      }
      const owner = controllerName(change, 'DaemonSet');
      return owner === undefined ? [] : [`${object.metadata.namespace}/${owner}`];
    },
    reconcile(key, again) {
      const set = cluster.get('daemonsets.apps', key);
      if (!set || set.metadata.deletionTimestamp) return;
      if (!place(context, set, record)) again(key, RETRY_MS);
      report(context, key);
    },
  });
}

/** @returns False when a pod could not be made and it should be tried again. */
function place(context: ControllerContext, set: DaemonSet, record: Recorder): boolean {
  const { cluster } = context;
  const hash = templateHash(set.spec.template);
  const pods = podsOf(cluster.list('pods'), set);
  for (const { metadata } of cluster.list('nodes').filter((node) => fits(set, node))) {
    const here = pods.filter((pod) => pod.spec.nodeName === metadata.name);
    if (here.length === 0) {
      const pod = podFrom(set, set.spec.template, metadata.name);
      const labels = { ...pod.metadata.labels, [HASH]: hash };
      const named = { ...pod, metadata: { ...pod.metadata, labels } };
      if (!makePod(context, { owner: set, pod: named, record })) return false;
    }
    // one that is over, or of an older template, makes room for the next
    const stale = here.filter(
      (pod) =>
        pod.metadata.deletionTimestamp === undefined &&
        (!isActive(pod) || pod.metadata.labels?.[HASH] !== hash),
    );
    for (const pod of stale) cluster.remove('pods', keyOf(pod));
  }
  return true;
}

function report({ cluster }: ControllerContext, key: string): void {
  cluster.updateStatus('daemonsets.apps', key, (set) => {
    const nodes = cluster.list('nodes').filter((node) => fits(set, node));
    const pods = podsOf(cluster.list('pods'), set).filter(isActive);
    const ready = pods.filter(isReady).length;
    const hash = templateHash(set.spec.template);
    const updated = pods.filter(({ metadata }) => metadata.labels?.[HASH] === hash).length;
    return {
      currentNumberScheduled: pods.length,
      desiredNumberScheduled: nodes.length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      ...(nodes.length > ready ? { numberUnavailable: nodes.length - ready } : {}),
      updatedNumberScheduled: updated,
      observedGeneration: set.metadata.generation ?? 1,
    };
  });
}

function fits({ spec }: DaemonSet, { metadata }: Node): boolean {
  const wanted = Object.entries(spec.template.spec.nodeSelector ?? {});
  return wanted.every(([key, value]) => metadata.labels?.[key] === value);
}

function podsOf(pods: readonly Pod[], { metadata }: DaemonSet): readonly Pod[] {
  return pods.filter((pod) =>
    pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid),
  );
}
