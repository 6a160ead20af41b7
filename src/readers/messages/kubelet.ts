import { ATTACH, type MessageShape, MOUNT, UNHEALTHY } from './shape.ts';

const POD: MessageShape['seenAt'] = [{ is: 'event', reasons: ['BackOff', 'Killing'] }];

/**
 * What Kubernetes itself says of volumes and of pods that restart.
 *
 * Source: kubernetes pkg/kubelet/volumemanager, pkg/volume/csi, pkg/controller/volume;
 * kubernetes-csi/external-attacher pkg/controller/csi_handler.go; Linux fs/nfs and net/sunrpc
 * for the lines of the node's own log.
 */
export const KUBELET_SHAPES: readonly MessageShape[] = [
  {
    id: 'driver-not-registered',
    category: 'not-registered',
    pattern: /not found in the list of registered CSI drivers/,
    seenAt: [MOUNT, ATTACH],
    meaning: "the driver's pod on that node has not registered itself with the kubelet",
    proves: 'mounting was not tried on that node',
    provesNot:
      'anything about the storage, unless the driver only registers once it has reached it',
    examples: [
      'kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name org.democratic-csi.hdd not found in the list of registered CSI drivers',
    ],
  },
  {
    id: 'csinode-lacks-driver',
    category: 'not-registered',
    pattern: /CSINode \S+ does not contain driver/,
    seenAt: [ATTACH, { is: 'status' }],
    meaning: 'the node has no working pod of the driver',
    proves: 'attaching was not tried',
    provesNot: 'anything about the storage',
    examples: ['CSINode talos-1 does not contain driver org.democratic-csi.hdd'],
  },
  {
    id: 'attach-timed-out',
    category: 'not-attached',
    pattern:
      /timed out waiting for external-attacher of|Attach timeout for volume|[Ww]aiting for external-attacher/,
    seenAt: [ATTACH],
    meaning: 'nobody attached the volume: the external-attacher does not run or hangs',
    proves: 'the controller pod of the driver does not do its work',
    provesNot: 'anything about the path of this node',
    examples: [
      'AttachVolume.Attach failed for volume "pvc-1" : timed out waiting for external-attacher of org.democratic-csi.hdd CSI driver to attach volume pvc-1',
    ],
  },
  {
    id: 'multi-attach',
    category: 'attached-elsewhere',
    pattern: /Multi-Attach error for volume/,
    seenAt: [ATTACH],
    meaning: 'the volume is still attached to another node',
    proves: 'the control plane believes so',
    provesNot: 'anything about the network',
    examples: ['Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) x'],
  },
  {
    id: 'waiting-for-provisioner',
    category: 'not-provisioned',
    pattern: /[Ww]aiting for a volume to be created,? either by (?:the )?external provisioner/,
    seenAt: [{ is: 'event', reasons: ['ExternalProvisioning'] }],
    meaning: 'the claim waits for a provisioner',
    proves: 'the claim is known; with no other event, no provisioner has picked it up',
    provesNot: 'that the storage is to blame: the provisioner may not run at all',
    examples: [
      "Waiting for a volume to be created either by the external provisioner 'org.democratic-csi.hdd' or manually by the system administrator.",
      'waiting for a volume to be created, either by external provisioner "nfs.csi.k8s.io" or manually created by system administrator',
    ],
  },
  {
    id: 'provisioning',
    category: 'progress',
    pattern: /External provisioner is provisioning volume for claim/,
    seenAt: [{ is: 'event', reasons: ['Provisioning'] }],
    meaning: 'the provisioner has begun to make the volume',
    proves: 'the provisioner runs',
    provesNot: 'that it will succeed',
    examples: ['External provisioner is provisioning volume for claim "media/data"'],
  },
  {
    id: 'volume-operation-failed',
    category: 'follows',
    pattern:
      /volume deletion failed:|resize volume "[^"]*" by resizer|[Ff]ailed to (?:create|take) snapshot/,
    seenAt: [
      {
        is: 'event',
        reasons: ['VolumeFailedDelete', 'VolumeResizeFailed', 'SnapshotCreationFailed'],
      },
    ],
    meaning:
      'the driver was asked to delete, resize or snapshot a volume and answered with an error',
    proves: 'the controller pod works well enough to ask',
    provesNot: 'more than the error that follows does',
    examples: ['resize volume "pvc-1" by resizer "org.democratic-csi.hdd" failed: rpc error'],
  },
  {
    id: 'pod-security',
    category: 'pod-security',
    pattern: /violates PodSecurity|unable to validate against any security context constraint/,
    seenAt: [{ is: 'event', reasons: ['FailedCreate'] }],
    meaning:
      'the cluster does not let the pod be created: it wants more rights than its namespace gives',
    proves: 'the pod does not exist, so its work is not done',
    provesNot: 'anything about the network',
    examples: [
      'Error creating: pods "democratic-csi-hdd-node-" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    ],
  },
  {
    id: 'liveness-killed',
    category: 'crash-loop',
    pattern: /failed liveness probe, will be restarted/,
    seenAt: POD,
    meaning: 'the kubelet restarts a container because its liveness probe failed',
    proves: 'the probe failed three times in a row',
    provesNot: 'why',
    examples: ['Container csi-driver failed liveness probe, will be restarted'],
  },
  {
    id: 'liveness-failed',
    category: 'crash-loop',
    pattern: /(?:Liveness|Readiness|Startup) probe failed:/,
    seenAt: [UNHEALTHY],
    meaning: 'a container was asked whether it is well and was not',
    proves: 'the probe failed in the way that follows',
    provesNot: 'more than the error that follows does',
    examples: ['Liveness probe failed: error: {"code":9,"details":"x"}, data: undefined'],
  },
  {
    id: 'back-off',
    category: 'crash-loop',
    pattern: /[Bb]ack-off (?:\S+ )?restarting failed container/,
    seenAt: [...POD, { is: 'status' }],
    meaning: 'a container ends again and again; the kubelet waits longer each time, up to 5 min',
    proves: 'the container ended by itself or was killed',
    provesNot: 'why',
    examples: [
      'Back-off restarting failed container external-provisioner in pod x_democratic-csi(1)',
      'back-off 5m0s restarting failed container=external-attacher pod=x',
    ],
  },
  {
    id: 'node-nfs-not-responding',
    category: 'network-or-slow',
    pattern: /nfs: server \S+ not responding/,
    seenAt: [{ is: 'node-log' }],
    meaning: 'mounts that were made earlier have stopped answering',
    proves: 'requests of this node stay without answer',
    provesNot: 'which half of the path is broken',
    examples: ['nfs: server 10.0.0.210 not responding, still trying'],
  },
  {
    id: 'node-nfs-ok',
    category: 'progress',
    pattern: /nfs: server \S+ OK\b/,
    seenAt: [{ is: 'node-log' }],
    meaning: 'an NFS server answers again',
    proves: 'the path works in both directions since then',
    provesNot: 'that it stays so',
    examples: ['nfs: server 10.0.0.210 OK'],
  },
  {
    id: 'teardown-blocked',
    category: 'follows',
    pattern:
      /UnmountVolume\.TearDown failed|failed to try resolving symlinks.*device or resource busy|orphaned pod .* found/,
    seenAt: [{ is: 'node-log' }],
    meaning: 'a pod cannot be taken down because its mount hangs',
    proves: 'the mount still stands',
    provesNot: 'why it hangs',
    examples: ['UnmountVolume.TearDown failed for volume "data" : rpc error'],
  },
  {
    id: 'volumes-not-mounted',
    category: 'follows',
    pattern: /Unable to attach or mount volumes: unmounted volumes=/,
    seenAt: [MOUNT],
    meaning: "the kubelet's summary, every two minutes: some volume of the pod is not there",
    proves: 'the pod waits for a volume',
    provesNot: 'why; look for the message of that very volume',
    examples: [
      'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data], failed to process volumes=[]: timed out waiting for the condition',
      'Unable to attach or mount volumes: unmounted volumes=[data]: context deadline exceeded',
    ],
  },
];
