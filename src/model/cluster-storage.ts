import * as z from 'zod';

/** What a port is for. */
export const StoragePort = z.object({
  port: z.number().int(),
  /** `api` an HTTP API, `nfs` RPC, the rest by their names. */
  use: z.enum(['api', 'ssh', 'nfs', 'portmap', 'smb', 'iscsi', 'nvme', 'ceph']),
  /** `http` or `https`, of an API. */
  protocol: z.string().optional(),
});
export type StoragePort = z.infer<typeof StoragePort>;

/** Whose word an address is, best first. */
export const StorageSource = z.enum([
  'volume-attributes',
  'storage-class',
  'workload',
  'custom-resource',
  'config-map',
  'secret',
]);
export type StorageSource = z.infer<typeof StorageSource>;

/** One server that volumes live on, as one driver sees it. */
export const StorageBackend = z.object({
  /** CSI driver name, or `kubernetes.io/nfs`, `kubernetes.io/iscsi`. */
  driver: z.string(),
  /** Kind of software, e.g. `democratic-csi`; `unknown` where the name tells nothing. */
  software: z.string(),
  /** democratic-csi's own class: `freenas-api-nfs`. */
  driverClass: z.string().optional(),
  /** An IP address, or a name as it stands in the configuration. */
  server: z.string(),
  ports: z.array(StoragePort),
  sources: z.array(StorageSource),
  /** `in-cluster` servers are no NAS: routes of the LAN are not to blame for them. */
  place: z.enum(['network', 'in-cluster']),
  /** How many volumes name it, and the first ten of them. */
  volumes: z.number().int(),
  volumeNames: z.array(z.string()),
  storageClasses: z.array(z.string()),
  /**
   * True when volumes name it and the driver's present configuration another: what a volume was
   * made with is kept for ever, so a NAS that moved is still looked for here.
   */
  outdated: z.boolean(),
});
export type StorageBackend = z.infer<typeof StorageBackend>;

/** A storage driver installed in the cluster. */
export const StorageDriver = z.object({
  /** CSI driver name or provisioner. */
  name: z.string(),
  software: z.string(),
  /** Whether its Probe fails when the storage's API cannot be reached. */
  probesStorage: z.boolean().optional(),
  namespaces: z.array(z.string()),
  releases: z.array(z.string()),
  storageClasses: z.array(z.string()),
  attachRequired: z.boolean().optional(),
  /** Number of nodes on which a kubelet knows it. */
  registeredNodes: z.number().int(),
});
export type StorageDriver = z.infer<typeof StorageDriver>;
