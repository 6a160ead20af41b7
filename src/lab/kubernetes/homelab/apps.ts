import { createHash } from 'node:crypto';
import { attachmentName } from '../controllers/attachment-name.ts';
import type { KubeObject } from '../object.ts';
import type { Release } from './democratic-csi-release.ts';
import { IMAGES } from './images.ts';

/** An application with a volume on the NAS. */
export interface App {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** Where its volume comes from; without one it needs nothing of the NAS. */
  readonly release?: Release;
}

/** Two applications on each release, and one without storage, which must stay well. */
export function homelabApps(hdd: Release, nvme: Release): readonly App[] {
  return [
    { name: 'jellyfin', namespace: 'media', image: IMAGES.jellyfin, release: hdd },
    { name: 'sonarr', namespace: 'media', image: IMAGES.sonarr, release: hdd },
    { name: 'immich', namespace: 'photos', image: IMAGES.immich, release: nvme },
    { name: 'whoami', namespace: 'default', image: IMAGES.whoami },
  ];
}

/** The Deployment of an application, with its claim and the volume that was made for it long ago. */
export function appObjects(app: App, nodeNames: readonly string[]): readonly KubeObject[] {
  const { release } = app;
  if (!release) return [deployment(app)];
  const attachments = nodeNames.map((nodeName) => attachment(app, release, nodeName));
  return [volume(app, release), claim(app, release), ...attachments, deployment(app)];
}

/** The volume was attached when the night was still quiet. */
function attachment(app: App, { driver }: Release, nodeName: string): KubeObject {
  const name = volumeName(app);
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName({ driver, volumeHandle: name, nodeName }) },
    spec: { attacher: driver, nodeName, source: { persistentVolumeName: name } },
    status: { attached: true },
  };
}

function volumeName({ name, namespace }: App): string {
  const digest = createHash('sha256').update(`${namespace}/${name}`).digest('hex');
  return `pvc-${digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')}`;
}

function volume(app: App, release: Release): KubeObject {
  const name = volumeName(app);
  const { host } = release.nas;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: { 'pv.kubernetes.io/provisioned-by': release.driver },
    },
    spec: {
      capacity: { storage: '50Gi' },
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: release.storageClass,
      mountOptions: ['noatime', 'nfsvers=4.1'],
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: `${app.name}-data`,
        namespace: app.namespace,
      },
      csi: {
        driver: release.driver,
        fsType: 'nfs',
        volumeHandle: name,
        volumeAttributes: {
          node_attach_driver: 'nfs',
          provisioner_driver: 'freenas-api-nfs',
          server: host,
          share: `/mnt/${release.dataset}/v/${name}`,
          'storage.kubernetes.io/csiProvisionerIdentity': `1747000000000-8081-${release.driver}`,
        },
      },
    },
  };
}

function claim(app: App, release: Release): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `${app.name}-data`, namespace: app.namespace },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '50Gi' } },
      storageClassName: release.storageClass,
      volumeName: volumeName(app),
    },
  };
}

function deployment(app: App): KubeObject {
  const labels = { 'app.kubernetes.io/name': app.name };
  const claimName = `${app.name}-data`;
  const container = {
    name: app.name,
    image: app.image,
    ...(app.release ? { volumeMounts: [{ name: 'data', mountPath: '/data' }] } : {}),
  };
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app.name, namespace: app.namespace, labels },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [container], ...(app.release ? { volumes } : {}) },
      },
    },
  };
}
