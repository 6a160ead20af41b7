import { createIfAbsent } from '../cluster.ts';
import { createRecorder, type Recorder } from '../event-recorder.ts';
import type { PersistentVolume, Pod, VolumeAttachment } from '../kinds.ts';
import { attachmentName } from './attachment-name.ts';
import type { ControllerContext } from './context.ts';
import { type Reconciler, startReconciler } from './reconciler.ts';

/** How long the real controller waits for an external attacher. */
const ATTACH_TIMEOUT_MS = 120_000;
const RETRY_MS = 5000;

/** Asks the driver's external attacher for each volume a pod needs on its node. */
export function startAttachDetach(context: ControllerContext): Reconciler {
  const { cluster } = context;
  const record = createRecorder(cluster, { component: 'attachdetach-controller' });
  const told = new Set<string>();
  return startReconciler(context, {
    kinds: ['pods', 'volumeattachments.storage.k8s.io', 'persistentvolumeclaims'],
    keysOf: ({ type, stored }) => {
      if (type === 'DELETED') return ['detach'];
      if (stored.resource === 'pods') return [stored.key];
      return cluster.list('pods').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    },
    reconcile(key, again) {
      if (key === 'detach') return detach(context);
      const pod = cluster.get('pods', key);
      if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp) return undefined;
      for (const volume of volumesOf(context, pod)) {
        const attachment = attachmentFor(volume, pod.spec.nodeName);
        if (isAttached(context, attachment)) sayAttached(pod, { volume, record, told });
        else {
          sayLate(context, pod, { attachment, volume, record });
          again(key, RETRY_MS);
        }
      }
      return undefined;
    },
  });
}

function volumesOf(
  { cluster }: ControllerContext,
  { metadata, spec }: Pod,
): readonly PersistentVolume[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
    if (!persistentVolumeClaim) return [];
    const key = `${metadata.namespace}/${persistentVolumeClaim.claimName}`;
    const name = cluster.get('persistentvolumeclaims', key)?.spec.volumeName ?? '';
    const volume = cluster.get('persistentvolumes', name);
    if (!volume?.spec.csi) return [];
    const driver = cluster.get('csidrivers.storage.k8s.io', volume.spec.csi.driver);
    return (driver?.spec.attachRequired ?? true) ? [volume] : [];
  });
}

function attachmentFor({ metadata, spec }: PersistentVolume, nodeName: string): VolumeAttachment {
  const { driver = '', volumeHandle = '' } = spec.csi ?? {};
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName({ driver, volumeHandle, nodeName }) },
    spec: { attacher: driver, nodeName, source: { persistentVolumeName: metadata.name } },
  };
}

function isAttached({ cluster }: ControllerContext, wanted: VolumeAttachment): boolean {
  createIfAbsent(cluster, 'volumeattachments.storage.k8s.io', wanted);
  const found = cluster.get('volumeattachments.storage.k8s.io', wanted.metadata.name);
  return found?.status?.attached === true;
}

interface Telling {
  readonly volume: PersistentVolume;
  readonly record: Recorder;
}

function sayAttached(pod: Pod, { volume, record, told }: Telling & { told: Set<string> }): void {
  const { name } = volume.metadata;
  const once = `${pod.metadata.uid}/${name}`;
  if (told.has(once)) return;
  told.add(once);
  const message = `AttachVolume.Attach succeeded for volume "${name}" `;
  record(pod, { type: 'Normal', reason: 'SuccessfulAttachVolume', message });
}

function sayLate(
  { cluster, timer }: ControllerContext,
  pod: Pod,
  { attachment, volume, record }: Telling & { attachment: VolumeAttachment },
): void {
  const found = cluster.get('volumeattachments.storage.k8s.io', attachment.metadata.name);
  const since = Date.parse(found?.metadata.creationTimestamp ?? '') || timer.now();
  if (timer.now() - since < ATTACH_TIMEOUT_MS) return;
  const { driver, volumeHandle } = volume.spec.csi ?? { driver: '', volumeHandle: '' };
  const message = `AttachVolume.Attach failed for volume "${volume.metadata.name}" : timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${volumeHandle}`;
  record(pod, { type: 'Warning', reason: 'FailedAttachVolume', message });
}

/** Attachments that no pod on their node needs any more are taken off. */
function detach(context: ControllerContext): void {
  const { cluster } = context;
  const needed = new Set(
    cluster
      .list('pods')
      .flatMap((pod) =>
        volumesOf(context, pod).map((volume) =>
          pod.spec.nodeName ? attachmentFor(volume, pod.spec.nodeName).metadata.name : '',
        ),
      ),
  );
  for (const { metadata } of cluster.list('volumeattachments.storage.k8s.io')) {
    if (!needed.has(metadata.name))
      cluster.remove('volumeattachments.storage.k8s.io', metadata.name);
  }
}
