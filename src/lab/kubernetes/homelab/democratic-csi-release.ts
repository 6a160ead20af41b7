import type { ObjectMeta } from '../object.ts';

/** How the NAS is reached, as a driver's configuration says it. */
export interface NasSettings {
  readonly protocol: 'http' | 'https';
  /** Address or name of the API, and of the NFS server. */
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
  readonly allowInsecure: boolean;
}

/** One Helm release of democratic-csi. */
export interface Release {
  /** `democratic-csi-hdd`; contains the chart's name, so objects are named by it alone. */
  readonly name: string;
  /** CSI driver name: `org.democratic-csi.hdd`. */
  readonly driver: string;
  readonly storageClass: string;
  /** ZFS dataset its volumes are made in. */
  readonly dataset: string;
  readonly nas: NasSettings;
}

export const CSI_NAMESPACE = 'democratic-csi';

export type Role = 'controller' | 'node';

export function commonLabels({ name }: Release): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'democratic-csi',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'Helm',
  };
}

/** Labels of the pods of one role, by which the workload selects them. */
export function podLabels(release: Release, role: Role): Readonly<Record<string, string>> {
  return {
    ...commonLabels(release),
    'app.kubernetes.io/csi-role': role,
    'app.kubernetes.io/component': `${role}-linux`,
  };
}

/** Metadata of an object of a release; pods leave the chart's label out. */
export function releaseMetadata(
  release: Release,
  name: string,
  labels = commonLabels(release),
): ObjectMeta {
  const chart = { 'helm.sh/chart': 'democratic-csi-0.15.1' };
  return { name, namespace: CSI_NAMESPACE, labels: { ...labels, ...chart } };
}
