import type { StoragePort } from '../../model/cluster-storage.ts';

/** Known storage software, and what a driver's name and its volumes tell of it. */
export interface Software {
  readonly name: string;
  /** Provisioner or CSI driver names. */
  readonly provisioners: RegExp;
  /** Whether its Probe, or its start, fails while the storage's API cannot be reached. */
  readonly probesStorage?: boolean;
  /** Ports of its API where the configuration tells none. */
  readonly api: readonly StoragePort[];
  readonly inCluster?: boolean;
}

const HTTPS: StoragePort = { port: 443, use: 'api', protocol: 'https' };
const HTTP: StoragePort = { port: 80, use: 'api', protocol: 'http' };

/** Sources: the projects' deployment manifests and identity servers. */
const SOFTWARE: readonly Software[] = [
  { name: 'csi-driver-nfs', provisioners: /^nfs\.csi\.k8s\.io$/, probesStorage: false, api: [] },
  { name: 'csi-driver-smb', provisioners: /^smb\.csi\.k8s\.io$/, probesStorage: false, api: [] },
  {
    name: 'synology-csi',
    provisioners: /^csi\.san\.synology\.com$/,
    probesStorage: false,
    api: [
      { port: 5000, use: 'api', protocol: 'http' },
      { port: 5001, use: 'api', protocol: 'https' },
    ],
  },
  { name: 'truenas-csi', provisioners: /^csi\.truenas\.io$/, probesStorage: true, api: [HTTPS] },
  { name: 'tns-csi', provisioners: /^tns\.csi\.io$/, probesStorage: true, api: [HTTPS] },
  { name: 'trident', provisioners: /^csi\.trident\.netapp\.io$/, api: [HTTPS] },
  { name: 'hpe-csi', provisioners: /^csi\.hpe\.com$/, api: [HTTPS] },
  {
    name: 'ceph-csi',
    provisioners: /(?:^|\.)(?:rbd|cephfs|nfs)\.csi\.ceph\.com$/,
    probesStorage: false,
    api: [],
  },
  { name: 'longhorn', provisioners: /^driver\.longhorn\.io$/, api: [], inCluster: true },
  {
    name: 'nfs-subdir-external-provisioner',
    provisioners: /(?:nfs-subdir-external-provisioner|nfs-client-provisioner)/,
    probesStorage: false,
    api: [],
  },
  { name: 'in-tree-nfs', provisioners: /^kubernetes\.io\/nfs$/, api: [] },
  { name: 'in-tree-iscsi', provisioners: /^kubernetes\.io\/iscsi$/, api: [] },
];

/** democratic-csi's drivers are named by whoever installs them; `org.democratic-csi.*` is usual. */
export const DEMOCRATIC_CSI: Software = {
  name: 'democratic-csi',
  provisioners: /democratic-csi/,
  api: [HTTPS, HTTP],
};

/** The software behind a driver, by its name; volumes and workloads may tell more. */
export function softwareOf(driver: string): Software {
  const all = [...SOFTWARE, DEMOCRATIC_CSI];
  return (
    all.find(({ provisioners }) => provisioners.test(driver)) ?? {
      name: 'unknown',
      provisioners: /$^/,
      api: [],
    }
  );
}

/** Classes whose Probe asks the storage; the others always say that they are ready. */
const PROBING_CLASSES = /^(?:freenas|truenas)-|^zfs-generic-/;

/** Whether Probe fails with the storage away, for a class of democratic-csi. */
export function classProbesStorage(driverClass: string): boolean {
  return PROBING_CLASSES.test(driverClass);
}

/** API of a class of democratic-csi: none for those that only mount, SSH for the rest of ZFS. */
export function classApi(driverClass: string): readonly StoragePort[] {
  if (/^(?:freenas|truenas)-/.test(driverClass)) return DEMOCRATIC_CSI.api;
  if (/^zfs-generic-/.test(driverClass)) return [{ port: 22, use: 'ssh' }];
  if (/^synology-/.test(driverClass)) {
    return [
      { port: 5000, use: 'api', protocol: 'http' },
      { port: 5001, use: 'api', protocol: 'https' },
    ];
  }
  return [];
}
