import * as z from 'zod';

/**
 * The parts of Kubernetes objects that are read, and nothing beside them. Only what a kind cannot
 * exist without is required, so that one odd object does not hide the rest.
 *
 * Source: kubernetes/api core/v1, apps/v1, storage/v1; tailscale k8s-operator/apis/v1alpha1.
 */

const Labels = z.record(z.string(), z.string()).nullish();
const Time = z.string().nullish();
const Strings = z.array(z.string()).nullish();

const Owner = z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() });

export const Meta = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  labels: Labels,
  annotations: Labels,
  creationTimestamp: Time,
  deletionTimestamp: Time,
  ownerReferences: z.array(Owner).nullish(),
});
export type Meta = z.infer<typeof Meta>;

const Ended = z.object({
  exitCode: z.number().optional(),
  reason: z.string().optional(),
  finishedAt: Time,
});

const ContainerStatus = z.object({
  name: z.string(),
  ready: z.boolean().optional(),
  restartCount: z.number().optional(),
  state: z
    .object({
      running: z.object({ startedAt: Time }).optional(),
      waiting: z
        .object({ reason: z.string().optional(), message: z.string().optional() })
        .optional(),
      terminated: Ended.optional(),
    })
    .optional(),
  lastState: z.object({ terminated: Ended.optional() }).optional(),
});
export type ContainerStatus = z.infer<typeof ContainerStatus>;

const Container = z.object({
  name: z.string(),
  image: z.string().optional(),
  args: Strings,
  command: Strings,
  /** Values written here are no secrets; those from Secrets are references. */
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).nullish(),
});
export type Container = z.infer<typeof Container>;

const Volume = z.object({
  name: z.string(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
  nfs: z.object({ server: z.string() }).optional(),
  iscsi: z.object({ targetPortal: z.string() }).optional(),
  csi: z
    .object({ driver: z.string(), volumeAttributes: z.record(z.string(), z.string()).nullish() })
    .optional(),
  ephemeral: z.object({}).optional(),
  secret: z.object({ secretName: z.string().optional() }).optional(),
  hostPath: z.object({ path: z.string() }).optional(),
});

export const PodSpec = z.object({
  nodeName: z.string().optional(),
  hostNetwork: z.boolean().optional(),
  containers: z.array(Container),
  volumes: z.array(Volume).nullish(),
});
export type PodSpec = z.infer<typeof PodSpec>;

export const Pod = z.object({
  metadata: Meta,
  spec: PodSpec,
  status: z
    .object({
      phase: z.string().optional(),
      reason: z.string().optional(),
      podIP: z.string().optional(),
      startTime: Time,
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            lastTransitionTime: Time,
          }),
        )
        .nullish(),
      containerStatuses: z.array(ContainerStatus).nullish(),
      initContainerStatuses: z.array(ContainerStatus).nullish(),
    })
    .optional(),
});
export type Pod = z.infer<typeof Pod>;

/** A Deployment, DaemonSet or StatefulSet. */
export const Workload = z.object({
  metadata: Meta,
  spec: z.object({
    selector: z.object({ matchLabels: Labels }).optional(),
    template: z.object({ metadata: z.object({ labels: Labels }).optional(), spec: PodSpec }),
  }),
});
export type Workload = z.infer<typeof Workload>;

export const Claim = z.object({
  metadata: Meta,
  spec: z.object({ volumeName: z.string().optional(), storageClassName: z.string().nullish() }),
  status: z.object({ phase: z.string().optional() }).optional(),
});
export type Claim = z.infer<typeof Claim>;

export const PersistentVolume = z.object({
  metadata: Meta,
  spec: z.object({
    storageClassName: z.string().optional(),
    mountOptions: Strings,
    csi: z
      .object({
        driver: z.string(),
        volumeHandle: z.string().optional(),
        volumeAttributes: z.record(z.string(), z.string()).nullish(),
      })
      .optional(),
    nfs: z.object({ server: z.string() }).optional(),
    iscsi: z.object({ targetPortal: z.string(), portals: Strings }).optional(),
  }),
});
export type PersistentVolume = z.infer<typeof PersistentVolume>;

export const StorageClass = z.object({
  metadata: Meta,
  provisioner: z.string(),
  parameters: z.record(z.string(), z.string()).nullish(),
  mountOptions: Strings,
});
export type StorageClass = z.infer<typeof StorageClass>;

export const CsiDriver = z.object({
  metadata: Meta,
  spec: z.object({ attachRequired: z.boolean().optional() }).optional(),
});

export const CsiNode = z.object({
  metadata: Meta,
  spec: z.object({ drivers: z.array(z.object({ name: z.string() })).nullish() }),
});

const Failure = z.object({ time: Time, message: z.string().optional() });
export const VolumeAttachment = z.object({
  metadata: Meta,
  spec: z.object({
    attacher: z.string(),
    nodeName: z.string(),
    source: z.object({ persistentVolumeName: z.string().optional() }),
  }),
  status: z
    .object({
      attached: z.boolean().optional(),
      attachError: Failure.optional(),
      detachError: Failure.optional(),
    })
    .optional(),
});
export type VolumeAttachment = z.infer<typeof VolumeAttachment>;

export const Event = z.object({
  involvedObject: z.object({
    kind: z.string(),
    namespace: z.string().optional(),
    name: z.string(),
  }),
  reason: z.string().optional(),
  message: z.string().optional(),
  type: z.string().optional(),
  count: z.number().optional(),
  firstTimestamp: Time,
  lastTimestamp: Time,
  eventTime: Time,
  series: z.object({ count: z.number().optional(), lastObservedTime: Time }).nullish(),
  source: z.object({ component: z.string().optional(), host: z.string().optional() }).optional(),
  reportingComponent: z.string().optional(),
  reportingInstance: z.string().optional(),
});
export type Event = z.infer<typeof Event>;

export const Node = z.object({
  metadata: Meta,
  spec: z.object({ podCIDR: z.string().optional(), podCIDRs: Strings }).optional(),
  status: z.object({
    addresses: z.array(z.object({ type: z.string(), address: z.string() })).nullish(),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
    images: z.array(z.object({ names: Strings })).nullish(),
  }),
});
export type Node = z.infer<typeof Node>;

export const Service = z.object({
  metadata: Meta,
  spec: z.object({ type: z.string().optional(), externalIPs: Strings }).optional(),
  status: z
    .object({
      loadBalancer: z
        .object({ ingress: z.array(z.object({ ip: z.string().optional() })).nullish() })
        .optional(),
    })
    .optional(),
});

export const Connector = z.object({
  metadata: Meta,
  spec: z
    .object({
      hostname: z.string().optional(),
      proxyClass: z.string().optional(),
      exitNode: z.boolean().optional(),
      subnetRouter: z.object({ advertiseRoutes: Strings }).nullish(),
    })
    .optional(),
  status: z
    .object({
      /** A list in one string, with commas. */
      subnetRoutes: z.string().optional(),
      isExitNode: z.boolean().optional(),
      hostname: z.string().optional(),
      tailnetIPs: Strings,
      devices: z
        .array(z.object({ hostname: z.string().optional(), tailnetIPs: Strings }))
        .nullish(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).nullish(),
    })
    .optional(),
});
export type Connector = z.infer<typeof Connector>;

/** Connectors and ProxyGroups name their class alike; ProxyGroups advertise nothing in the spec. */
export const ProxyClass = z.object({
  metadata: Meta,
  spec: z
    .object({ tailscale: z.object({ acceptRoutes: z.boolean().optional() }).nullish() })
    .optional(),
});
