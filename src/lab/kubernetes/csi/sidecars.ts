import { createRecorder } from '../event-recorder.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../kinds.ts';
import { keyOf } from '../object.ts';
import type { Program } from '../programs.ts';
import { CSI } from './messages.ts';
import { type Leading, type SidecarKind, sidecar } from './sidecar.ts';
import { loggedCall } from './sidecar-log.ts';

const REGISTRY = 'registry.k8s.io/sig-storage';

/** The four sidecars of a controller pod, by image. Versions are those the chart pins. */
export const SIDECAR_KINDS: Readonly<Record<string, SidecarKind>> = {
  [`${REGISTRY}/csi-attacher`]: {
    version: 'v4.4.0',
    places: { version: 'main.go:97', failed: 'main.go:136' },
    failure: '',
    asksNameFirst: false,
    leaseName: (driver) => `external-attacher-leader-${driver}`,
    lead: attachVolumes,
  },
  [`${REGISTRY}/csi-provisioner`]: {
    version: 'v3.6.0',
    places: { version: 'csi-provisioner.go:154', failed: 'csi-provisioner.go:218' },
    failure: '',
    asksNameFirst: false,
    leaseName: (driver) => driver,
    lead: provisionVolumes,
  },
  [`${REGISTRY}/csi-resizer`]: {
    version: 'v1.9.0',
    places: { version: 'main.go:93', failed: 'main.go:131' },
    failure: 'failed probing CSI driver: ',
    asksNameFirst: false,
    leaseName: (driver) => `external-resizer-${driver}`,
  },
  [`${REGISTRY}/csi-snapshotter`]: {
    version: 'v8.2.1',
    places: { version: 'main.go:109', failed: 'main.go:180' },
    failure: 'error waiting for CSI driver to be ready: ',
    asksNameFirst: true,
    leaseName: (driver) => `external-snapshotter-leader-${driver}`,
  },
};

/** The same as programs. */
export const SIDECARS: Readonly<Record<string, Program>> = Object.fromEntries(
  Object.entries(SIDECAR_KINDS).map(([image, kind]) => [image, sidecar(kind)]),
);

/** Marks attachments of its driver as done: NFS and iSCSI need nothing on the controller's side. */
function attachVolumes({ context, driver, log }: Leading): () => void {
  const { cluster } = context;
  const look = (): void => {
    for (const { metadata, spec, status } of cluster.list('volumeattachments.storage.k8s.io')) {
      if (spec.attacher !== driver || status?.attached) continue;
      log.say('I', 'csi_handler.go:251', `Attaching "${metadata.name}"`);
      cluster.updateStatus('volumeattachments.storage.k8s.io', metadata.name, () => ({
        attached: true,
      }));
    }
  };
  return onChange(context, 'volumeattachments.storage.k8s.io', look);
}

/** Has the driver make a volume for each claim that waits for it. */
function provisionVolumes(parts: Leading): () => void {
  const { context, driver } = parts;
  const { cluster } = context;
  const record = createRecorder(cluster, { component: driver });
  const running = new Set<string>();
  const look = (): void => {
    for (const claim of cluster.list('persistentvolumeclaims')) {
      const key = keyOf(claim);
      const name = claim.spec.storageClassName ?? '';
      const storageClass = cluster.get('storageclasses.storage.k8s.io', name);
      const isWanted = claim.status?.phase === 'Pending' && !claim.spec.volumeName;
      if (!isWanted || storageClass?.provisioner !== driver || running.has(key)) continue;
      running.add(key);
      const message = `External provisioner is provisioning volume for claim "${key}"`;
      record(claim, { type: 'Normal', reason: 'Provisioning', message });
      provision(parts, claim, storageClass).then(
        (volume) =>
          record(claim, {
            type: 'Normal',
            reason: 'ProvisioningSucceeded',
            message: `Successfully provisioned volume ${volume}`,
          }),
        (error: unknown) => {
          const why = `failed to provision volume with StorageClass "${name}": ${(error as Error).message}`;
          record(claim, { type: 'Warning', reason: 'ProvisioningFailed', message: why });
          // its own back-off: one second here, as claims of a lab are few
          context.timer.after(1000, () => running.delete(key));
        },
      );
    }
  };
  return onChange(context, 'persistentvolumeclaims', look);
}

const CREATE_TIMEOUT_MS = 90_000;

async function provision(
  { context, connection, log, driver }: Leading,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
): Promise<string> {
  const name = `pvc-${claim.metadata.uid}`;
  const storage = claim.spec.resources?.requests?.storage ?? '1Gi';
  const ask = { name, capacityBytes: bytesOf(storage) };
  const made = await loggedCall({ connection, log }, CSI.createVolume, {
    ask,
    timeoutMs: CREATE_TIMEOUT_MS,
  });
  const { name: claimName, namespace = '', uid = '' } = claim.metadata;
  const volume: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': driver } },
    spec: {
      capacity: { storage },
      accessModes: claim.spec.accessModes ?? ['ReadWriteMany'],
      storageClassName: storageClass.metadata.name,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      claimRef: { name: claimName, namespace, uid },
      csi: { driver, volumeHandle: made.volumeId, volumeAttributes: made.context },
    },
  };
  context.cluster.create('persistentvolumes', volume);
  return name;
}

const UNITS: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4 };

function bytesOf(quantity: string): number {
  const [, number = '1', unit = ''] = /^(\d+)(\w*)$/.exec(quantity) ?? [];
  return Number(number) * 1024 ** (UNITS[unit] ?? 0);
}

/** How often a claim or attachment that was passed over is looked at again. */
const RESYNC_MS = 5000;

function onChange(
  { cluster, timer }: Leading['context'],
  resource: string,
  look: () => void,
): () => void {
  const unsubscribe = cluster.subscribe(({ stored }) => {
    if (stored.resource === resource) setImmediate(look);
  });
  let cancel = (): void => undefined;
  const plan = (): void => {
    cancel = timer.after(RESYNC_MS, () => {
      look();
      plan();
    });
  };
  look();
  plan();
  return () => {
    unsubscribe();
    cancel();
  };
}
