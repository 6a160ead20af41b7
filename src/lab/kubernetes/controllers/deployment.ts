import { timeText } from '../api/api.ts';
import { createIfAbsent } from '../cluster.ts';
import { createRecorder, type Recorder } from '../event-recorder.ts';
import type { Deployment, ReplicaSet } from '../kinds.ts';
import { keyOf } from '../object.ts';
import type { ControllerContext } from './context.ts';
import { condition, controlledBy, templateHash } from './pod-template.ts';
import { controllerName, type Reconciler, startReconciler } from './reconciler.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

/**
 * Keeps one ReplicaSet for each version of a Deployment's template. A new version is brought up
 * whole, and the old ones go as it becomes ready (`Recreate`: the other way round).
 */
export function startDeployments(context: ControllerContext): Reconciler {
  const record = createRecorder(context.cluster, { component: 'deployment-controller' });
  return startReconciler(context, {
    kinds: ['deployments.apps', 'replicasets.apps'],
    keysOf(change) {
      const { object, resource } = change.stored;
      if (resource === 'deployments.apps') return [keyOf(object)];
      const owner = controllerName(change, 'Deployment');
      return owner === undefined ? [] : [`${object.metadata.namespace}/${owner}`];
    },
    reconcile(key) {
      const deployment = context.cluster.get('deployments.apps', key);
      if (!deployment || deployment.metadata.deletionTimestamp) return;
      rollOut(context, deployment, record);
      report(context, key);
    },
  });
}

function rollOut(context: ControllerContext, deployment: Deployment, record: Recorder): void {
  const { cluster } = context;
  const all = setsOf(context, deployment);
  const name = `${deployment.metadata.name}-${templateHash(deployment.spec.template)}`;
  const old = all.filter(({ metadata }) => metadata.name !== name);
  const current = all.find(({ metadata }) => metadata.name === name);
  const { replicas, strategy } = deployment.spec;
  const oldLeft = old.reduce((sum, set) => sum + (set.status?.replicas ?? 0), 0);
  if (strategy?.type === 'Recreate' && oldLeft > 0) {
    for (const set of old) scale(context, { set, replicas: 0, deployment, record });
    return;
  }
  if (!current) {
    const revision = Math.max(0, ...all.map(revisionOf)) + 1;
    createIfAbsent(cluster, 'replicasets.apps', newSet(deployment, { name, revision }));
    setRevision(context, deployment, revision);
    const message = `Scaled up replica set ${name} from 0 to ${replicas}`;
    record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
    return;
  }
  scale(context, { set: current, replicas, deployment, record });
  setRevision(context, deployment, revisionOf(current));
  const isUp = (current.status?.availableReplicas ?? 0) >= replicas;
  if (isUp) for (const set of old) scale(context, { set, replicas: 0, deployment, record });
}

function newSet(
  deployment: Deployment,
  { name, revision }: { readonly name: string; readonly revision: number },
): ReplicaSet {
  const { selector, template, replicas } = deployment.spec;
  const hash = name.slice(deployment.metadata.name.length + 1);
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  const { namespace } = deployment.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function scale(
  { cluster }: ControllerContext,
  {
    set,
    replicas,
    deployment,
    record,
  }: {
    set: ReplicaSet;
    replicas: number;
    deployment: Deployment;
    record: Recorder;
  },
): void {
  const { replicas: before } = set.spec;
  if (before === replicas) return;
  cluster.update('replicasets.apps', keyOf(set), (current) => ({
    ...current,
    spec: { ...current.spec, replicas },
  }));
  const way = replicas > before ? 'up' : 'down';
  const message = `Scaled ${way} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
}

function setRevision(
  { cluster }: ControllerContext,
  deployment: Deployment,
  revision: number,
): void {
  cluster.update('deployments.apps', keyOf(deployment), (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      annotations: { ...current.metadata.annotations, [REVISION]: String(revision) },
    },
  }));
}

function report(context: ControllerContext, key: string): void {
  const { cluster } = context;
  const nowText = timeText(context.timer.now());
  cluster.updateStatus('deployments.apps', key, (deployment) => {
    const sets = setsOf(context, deployment);
    const hash = templateHash(deployment.spec.template);
    const current = sets.filter(({ metadata }) => metadata.labels?.[HASH] === hash);
    const replicas = sum(sets, 'replicas');
    const available = sum(sets, 'availableReplicas');
    const updated = sum(current, 'replicas');
    const wanted = deployment.spec.replicas;
    const isUp = available >= Math.max(wanted - Math.floor(wanted / 4), Math.min(wanted, 1));
    const before = deployment.status?.conditions;
    return {
      observedGeneration: deployment.metadata.generation ?? 1,
      ...positive({
        replicas,
        updatedReplicas: updated,
        readyReplicas: sum(sets, 'readyReplicas'),
      }),
      ...positive({ availableReplicas: available, unavailableReplicas: wanted - available }),
      conditions: [
        condition(before, isUp ? AVAILABLE : UNAVAILABLE, nowText),
        condition(before, progressing(deployment, updated >= wanted && isUp), nowText),
      ],
    };
  });
}

const AVAILABLE = {
  type: 'Available',
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
} as const;
const UNAVAILABLE = {
  type: 'Available',
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
} as const;

function progressing({ metadata, spec }: Deployment, isDone: boolean) {
  const name = `${metadata.name}-${templateHash(spec.template)}`;
  const verb = isDone ? 'has successfully progressed' : 'is progressing';
  return {
    type: 'Progressing',
    status: 'True',
    reason: isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
    message: `ReplicaSet "${name}" ${verb}.`,
  } as const;
}

function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function sum(
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas',
): number {
  return sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
}

function setsOf({ cluster }: ControllerContext, { metadata }: Deployment): readonly ReplicaSet[] {
  return cluster
    .list('replicasets.apps')
    .filter((set) => set.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}
