import type { KubeObject } from '../object.ts';
import { accessModes, age, columns, fieldsAt, listAt, type Printer, textAt } from './printer.ts';

const UNSET = '<unset>';

/** Volumes, classes, drivers and attachments. */
export const storagePrinters: Readonly<Record<string, Printer>> = {
  persistentvolumeclaims: {
    columns: columns(
      'Status',
      'Volume',
      'Capacity',
      'Access Modes',
      'StorageClass',
      'VolumeAttributesClass',
      'Age',
      '*VolumeMode',
    ),
    cells: (o, now) => [
      o.metadata.name,
      o.metadata.deletionTimestamp ? 'Terminating' : textAt(o, 'status.phase'),
      textAt(o, 'spec.volumeName'),
      textAt(o, 'spec.volumeName') === '' ? '' : textAt(o, 'status.capacity.storage'),
      textAt(o, 'spec.volumeName') === '' ? '' : accessModes(fieldsAt(o, 'status')['accessModes']),
      textAt(o, 'spec.storageClassName'),
      textAt(o, 'spec.volumeAttributesClassName', UNSET),
      age(o, now),
      textAt(o, 'spec.volumeMode', UNSET),
    ],
  },
  persistentvolumes: {
    columns: columns(
      'Capacity',
      'Access Modes',
      'Reclaim Policy',
      'Status',
      'Claim',
      'StorageClass',
      'VolumeAttributesClass',
      'Reason',
      'Age',
      '*VolumeMode',
    ),
    cells: (o, now) => [
      o.metadata.name,
      textAt(o, 'spec.capacity.storage'),
      accessModes(fieldsAt(o, 'spec')['accessModes']),
      textAt(o, 'spec.persistentVolumeReclaimPolicy'),
      o.metadata.deletionTimestamp ? 'Terminating' : textAt(o, 'status.phase'),
      claimText(o),
      textAt(o, 'spec.storageClassName'),
      textAt(o, 'spec.volumeAttributesClassName', UNSET),
      textAt(o, 'status.reason'),
      age(o, now),
      textAt(o, 'spec.volumeMode', UNSET),
    ],
  },
  'storageclasses.storage.k8s.io': {
    columns: columns(
      'Provisioner',
      'ReclaimPolicy',
      'VolumeBindingMode',
      'AllowVolumeExpansion',
      'Age',
    ),
    cells: (o, now) => [
      `${o.metadata.name}${isDefault(o) ? ' (default)' : ''}`,
      o['provisioner'],
      o['reclaimPolicy'] ?? 'Delete',
      o['volumeBindingMode'] ?? 'Immediate',
      o['allowVolumeExpansion'] === true,
      age(o, now),
    ],
  },
  'csidrivers.storage.k8s.io': {
    columns: columns(
      'AttachRequired',
      'PodInfoOnMount',
      'StorageCapacity',
      'TokenRequests',
      'RequiresRepublish',
      'Modes',
      'Age',
    ),
    cells: (o, now) => {
      const spec = fieldsAt(o, 'spec');
      const modes = spec['volumeLifecycleModes'];
      return [
        o.metadata.name,
        spec['attachRequired'] ?? true,
        spec['podInfoOnMount'] ?? false,
        spec['storageCapacity'] ?? false,
        UNSET,
        spec['requiresRepublish'] ?? false,
        Array.isArray(modes) ? modes.join(',') : '<none>',
        age(o, now),
      ];
    },
  },
  'csinodes.storage.k8s.io': {
    columns: columns('Drivers#', 'Age'),
    cells: (o, now) => [o.metadata.name, listAt(o, 'spec.drivers').length, age(o, now)],
  },
  'volumeattachments.storage.k8s.io': {
    columns: columns('Attacher', 'PV', 'Node', 'Attached', 'Age'),
    cells: (o, now) => [
      o.metadata.name,
      textAt(o, 'spec.attacher'),
      textAt(o, 'spec.source.persistentVolumeName'),
      textAt(o, 'spec.nodeName'),
      fieldsAt(o, 'status')['attached'] === true,
      age(o, now),
    ],
  },
};

function claimText(volume: KubeObject): string {
  const claim = fieldsAt(volume, 'spec.claimRef');
  return claim['name'] === undefined ? '' : `${claim['namespace']}/${claim['name']}`;
}

function isDefault({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
}
