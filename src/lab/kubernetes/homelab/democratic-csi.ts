import { stringify } from 'yaml';
import type { KubeObject } from '../object.ts';
import {
  commonLabels,
  releaseMetadata as metadata,
  type Release,
} from './democratic-csi-release.ts';
import { controllerDeployment, nodeDaemonSet } from './democratic-csi-workloads.ts';

/**
 * What `helm install` of the chart democratic-csi 0.15 leaves in a cluster.
 *
 * Source: democratic-csi/charts, stable/democratic-csi/templates and values.yaml.
 */
export function democraticCsiRelease(release: Release): readonly KubeObject[] {
  return [
    account(release, 'controller'),
    account(release, 'node'),
    configSecret(release),
    extraCa(release),
    csiDriver(release),
    storageClass(release),
    controllerDeployment(release),
    nodeDaemonSet(release),
  ];
}

function account(release: Release, role: 'controller' | 'node'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(release, `${release.name}-${role}-sa`),
  };
}

function configSecret(release: Release): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(release, `${release.name}-driver-config`),
    type: 'Opaque',
    stringData: { 'driver-config-file.yaml': driverConfig(release) },
  };
}

/** `driver-config-file.yaml` of one release. */
export function driverConfig({ nas, dataset }: Release): string {
  const { protocol, host, port, apiKey, allowInsecure } = nas;
  return stringify({
    driver: 'freenas-api-nfs',
    instance_id: null,
    httpConnection: { protocol, host, port, apiKey, allowInsecure, apiVersion: 2 },
    zfs: {
      datasetParentName: `${dataset}/v`,
      detachedSnapshotsDatasetParentName: `${dataset}/s`,
      datasetEnableQuotas: true,
      datasetPermissionsMode: '0777',
    },
    nfs: { shareHost: host, shareAlldirs: false, shareAllowedHosts: [], shareAllowedNetworks: [] },
  });
}

function extraCa(release: Release): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(release, release.name),
    data: { 'extra-ca-certs': '' },
  };
}

function csiDriver(release: Release): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: release.driver, labels: commonLabels(release) },
    spec: { attachRequired: true, podInfoOnMount: true },
  };
}

function storageClass(release: Release): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: release.storageClass, labels: commonLabels(release) },
    provisioner: release.driver,
    parameters: { fsType: 'nfs' },
    mountOptions: ['noatime', 'nfsvers=4.1'],
    allowVolumeExpansion: true,
  };
}
