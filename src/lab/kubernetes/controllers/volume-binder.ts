import { createRecorder, type Recorder } from '../event-recorder.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../kinds.ts';
import { keyOf, withMeta } from '../object.ts';
import type { ControllerContext } from './context.ts';
import { type Reconciler, startReconciler } from './reconciler.ts';

/** How often the real controller looks again at claims that wait. */
const RESYNC_MS = 15_000;

/**
 * Brings claims and volumes together, says who has to make a missing volume, and keeps claims
 * and volumes that are in use from being deleted.
 */
export function startVolumeBinder(context: ControllerContext): Reconciler {
  const { cluster } = context;
  const record = createRecorder(cluster, { component: 'persistentvolume-controller' });
  return startReconciler(context, {
    kinds: ['persistentvolumeclaims', 'persistentvolumes', 'pods'],
    keysOf: ({ type, stored }) => {
      if (stored.resource === 'persistentvolumeclaims') return [stored.key];
      // volumes bind, and pods let go, only when they come or go
      if (stored.resource === 'pods' && type !== 'DELETED') return [];
      return cluster.list('persistentvolumeclaims').map(keyOf);
    },
    reconcile(key, again) {
      const claim = cluster.get('persistentvolumeclaims', key);
      if (!claim) return releaseVolumes(context);
      if (claim.metadata.deletionTimestamp) return letGo(context, claim);
      if (claim.status?.phase === 'Bound') return undefined;
      const volume = cluster.list('persistentvolumes').find((one) => belongs(one, claim));
      if (volume) return bind(context, claim, volume);
      sayWaiting(context, claim, record);
      return again(key, RESYNC_MS);
    },
  });
}

function belongs({ spec, metadata }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (claim.spec.volumeName) return claim.spec.volumeName === metadata.name;
  const { claimRef } = spec;
  return claimRef?.name === claim.metadata.name && claimRef.namespace === claim.metadata.namespace;
}

function bind(
  { cluster }: ControllerContext,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): void {
  const { name, namespace = '', uid = '' } = claim.metadata;
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid };
  cluster.update('persistentvolumes', volume.metadata.name, (one) => ({
    ...one,
    spec: { ...one.spec, claimRef },
  }));
  cluster.updateStatus('persistentvolumes', volume.metadata.name, () => ({ phase: 'Bound' }));
  cluster.update('persistentvolumeclaims', keyOf(claim), (one) =>
    withMeta(
      { ...one, spec: { ...one.spec, volumeName: volume.metadata.name } },
      { annotations: { ...one.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' } },
    ),
  );
  const { accessModes, capacity } = volume.spec;
  cluster.updateStatus('persistentvolumeclaims', keyOf(claim), () => ({
    phase: 'Bound' as const,
    accessModes,
    capacity,
  }));
}

function sayWaiting(
  { cluster }: ControllerContext,
  claim: PersistentVolumeClaim,
  record: Recorder,
): void {
  const { storageClassName = '' } = claim.spec;
  const provisioner = cluster.get('storageclasses.storage.k8s.io', storageClassName)?.provisioner;
  if (provisioner === undefined) {
    const message = `storageclass.storage.k8s.io "${storageClassName}" not found`;
    record(claim, { type: 'Warning', reason: 'ProvisioningFailed', message });
    return;
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  record(claim, { type: 'Normal', reason: 'ExternalProvisioning', message });
  const annotation = 'volume.kubernetes.io/storage-provisioner';
  cluster.update('persistentvolumeclaims', keyOf(claim), (one) =>
    withMeta(one, { annotations: { ...one.metadata.annotations, [annotation]: provisioner } }),
  );
}

/** A claim may go when no pod uses it. */
function letGo({ cluster }: ControllerContext, claim: PersistentVolumeClaim): void {
  const isUsed = cluster
    .list('pods')
    .some(
      ({ metadata, spec }) =>
        metadata.namespace === claim.metadata.namespace &&
        spec.volumes?.some(
          ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim.metadata.name,
        ),
    );
  const finalizers = claim.metadata.finalizers ?? [];
  const PROTECTION = 'kubernetes.io/pvc-protection';
  if (isUsed || !finalizers.includes(PROTECTION)) return;
  cluster.update('persistentvolumeclaims', keyOf(claim), (one) =>
    withMeta(one, { finalizers: finalizers.filter((name) => name !== PROTECTION) }),
  );
}

/** Volumes whose claim went are released, and those to be deleted with it may go. */
function releaseVolumes({ cluster }: ControllerContext): void {
  for (const { metadata, spec, status } of cluster.list('persistentvolumes')) {
    const { claimRef } = spec;
    const claim =
      claimRef && cluster.get('persistentvolumeclaims', `${claimRef.namespace}/${claimRef.name}`);
    if (status?.phase === 'Bound' && claimRef && !claim) {
      cluster.updateStatus('persistentvolumes', metadata.name, () => ({ phase: 'Released' }));
    }
    if (metadata.deletionTimestamp && !claim) {
      cluster.update('persistentvolumes', metadata.name, (one) =>
        withMeta(one, { finalizers: [] }),
      );
    }
  }
}
