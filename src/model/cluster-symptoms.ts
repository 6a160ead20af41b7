import * as z from 'zod';
import { ClusterMessage, ObjectRef } from './cluster-message.ts';

/** One volume of a pod, followed as far as it could be: claim, volume, driver, server. */
export const PodVolume = z.object({
  /** Name of the claim, in the pod's namespace; absent for a volume written into the pod. */
  claim: z.string().optional(),
  volume: z.string().optional(),
  storageClass: z.string().optional(),
  /** Name of the CSI driver, or `kubernetes.io/nfs`, `kubernetes.io/iscsi`. */
  driver: z.string().optional(),
  /** Of the server, as it stands in the volume: an address or a name. */
  server: z.string().optional(),
});
export type PodVolume = z.infer<typeof PodVolume>;

/** A pod that is bound to a node and does not start. */
export const HangingPod = z.object({
  namespace: z.string(),
  name: z.string(),
  /** Absent when it is not scheduled. */
  nodeName: z.string().optional(),
  hostNetwork: z.boolean(),
  /** What a person restarts: the Deployment, not its ReplicaSet. */
  workload: ObjectRef.optional(),
  sinceUnixMs: z.number().optional(),
  /** `ContainerCreating`, `Unschedulable`, `CrashLoopBackOff`. */
  reason: z.string(),
  volumes: z.array(PodVolume),
  messages: z.array(ClusterMessage),
});
export type HangingPod = z.infer<typeof HangingPod>;

/** A claim without a volume. */
export const PendingClaim = z.object({
  namespace: z.string(),
  name: z.string(),
  storageClass: z.string().optional(),
  provisioner: z.string().optional(),
  sinceUnixMs: z.number().optional(),
  /** Empty: nobody has even said that it is waiting. */
  messages: z.array(ClusterMessage),
});
export type PendingClaim = z.infer<typeof PendingClaim>;

/** A VolumeAttachment that is not as it should be. */
export const FailedAttachment = z.object({
  name: z.string(),
  driver: z.string(),
  nodeName: z.string(),
  volume: z.string().optional(),
  attached: z.boolean(),
  sinceUnixMs: z.number().optional(),
  message: ClusterMessage.optional(),
});
export type FailedAttachment = z.infer<typeof FailedAttachment>;

/** Which drivers a node's kubelet knows. */
export const CsiNode = z.object({ nodeName: z.string(), drivers: z.array(z.string()) });
export type CsiNode = z.infer<typeof CsiNode>;

export const CsiContainer = z.object({
  name: z.string(),
  image: z.string(),
  ready: z.boolean(),
  restarts: z.number().int(),
  state: z.enum(['running', 'waiting', 'terminated', 'unknown']),
  /** Of a waiting or terminated container: `CrashLoopBackOff`, `Error`. */
  reason: z.string().optional(),
  /** How the run before this one ended. 1 a sidecar, 15 democratic-csi by SIGTERM, 137 killed. */
  lastExitCode: z.number().int().optional(),
  lastReason: z.string().optional(),
  lastEndedUnixMs: z.number().optional(),
  startedUnixMs: z.number().optional(),
  /** The wait before the next start, as the kubelet states it. */
  backOffMs: z.number().optional(),
  /** When the next start is due: the end of the last run and the wait after it. */
  nextTryUnixMs: z.number().optional(),
});
export type CsiContainer = z.infer<typeof CsiContainer>;

/** A pod of a storage driver. */
export const CsiPod = z.object({
  namespace: z.string(),
  name: z.string(),
  /** `controller` talks to the storage's API; `node` mounts. */
  role: z.enum(['controller', 'node']),
  driver: z.string().optional(),
  /** Helm release, from `app.kubernetes.io/instance`. */
  release: z.string().optional(),
  workload: ObjectRef.optional(),
  labels: z.record(z.string(), z.string()),
  nodeName: z.string().optional(),
  hostNetwork: z.boolean(),
  phase: z.string(),
  podAddress: z.string().optional(),
  /** Containers that are ready, of all: the `2/6` of `kubectl get pods`. */
  readyContainers: z.number().int(),
  containers: z.array(CsiContainer),
});
export type CsiPod = z.infer<typeof CsiPod>;

/** A node as far as the way to its storage is concerned. */
export const ClusterNode = z.object({
  name: z.string(),
  addresses: z.array(z.string()),
  /** Absent where the list was read in its short form. */
  podNetworks: z.array(z.string()).optional(),
  ready: z.boolean(),
  /** Images that are on it already, where that was asked. */
  images: z.array(z.string()).optional(),
});
export type ClusterNode = z.infer<typeof ClusterNode>;
