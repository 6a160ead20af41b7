import { DRIVER, type MessageShape, PROVISION, SIDECARS } from './shape.ts';

/**
 * How CSI sidecars meet a driver that is not well.
 *
 * Source: kubernetes-csi/csi-lib-utils rpc/common.go and connection/connection.go; client-go
 * tools/leaderelection; csi-grpc-proxy, whose reverse proxy answers 502 without a content type.
 */
export const SIDECAR_SHAPES: readonly MessageShape[] = [
  {
    id: 'csi-proxy-502',
    category: 'csi-proxy-502',
    pattern: /unexpected HTTP status code received from server: 502|502 \(Bad Gateway\)/,
    seenAt: [SIDECARS],
    meaning: 'csi-grpc-proxy in the same pod could not reach the csi-driver container',
    proves: 'the process csi-driver is not listening on its socket',
    provesNot: 'that the storage answered 502: it was never asked',
    examples: [
      'rpc error: code = Unavailable desc = unexpected HTTP status code received from server: 502 (Bad Gateway); malformed header: missing HTTP content-type',
    ],
  },
  {
    id: 'leader-election-lost',
    category: 'leader-election',
    pattern:
      /failed to renew lease|stopped leading|[Ll]eader ?[Ee]lection lost|leaderelection lost/,
    seenAt: [SIDECARS],
    meaning: 'a sidecar could not renew its lease at the Kubernetes API and ended itself',
    proves: 'the API server was too slow or could not be reached for about 10 s',
    provesNot: 'anything about the storage',
    examples: [
      'leaderelection.go:283] failed to renew lease democratic-csi/external-attacher-leader-x: timed out waiting for the condition',
      'F0101 02:41:00.000000 1 leader_election.go:184] stopped leading',
    ],
  },
  {
    id: 'leader-lease-held',
    category: 'progress',
    pattern: /successfully acquired lease/,
    seenAt: [SIDECARS],
    meaning: 'a sidecar holds its lease and does its work',
    proves: 'the Kubernetes API took a write at that time',
    provesNot: 'that it still does',
    examples: ['leaderelection.go:255] successfully acquired lease democratic-csi/x'],
  },
  {
    id: 'apiserver-slow',
    category: 'leader-election',
    pattern:
      /etcdserver: request timed out|error retrieving resource lock|etcdserver: leader changed/,
    seenAt: [SIDECARS],
    meaning: 'the Kubernetes API or its etcd did not answer in time',
    proves: 'the control plane was slow',
    provesNot: 'anything about the storage',
    examples: ['etcdserver: request timed out'],
  },
  {
    id: 'csi-probe-failed',
    category: 'driver-not-ready',
    pattern:
      /CSI driver probe failed|failed probing CSI driver|error waiting for CSI driver to be ready/,
    seenAt: [SIDECARS],
    meaning: 'a sidecar asked the driver whether it is well, had an error and ended itself',
    proves: "the driver's Probe answered with the error that follows",
    provesNot: 'more than the error that follows does',
    examples: [
      'CSI driver probe failed: rpc error: code = FailedPrecondition desc = x',
      'error waiting for CSI driver to be ready: CSI driver probe failed: x',
    ],
  },
  {
    id: 'csi-probe-timed-out',
    category: 'driver-not-ready',
    pattern: /CSI driver probe timed out/,
    seenAt: [SIDECARS],
    meaning: 'the driver did not answer its Probe in time; the sidecar goes on asking',
    proves: 'the driver hangs',
    provesNot: 'that it hangs on the network',
    examples: ['CSI driver probe timed out'],
  },
  {
    id: 'csi-driver-not-ready',
    category: 'driver-not-ready',
    pattern: /CSI driver is not ready|driver responded but is not ready/,
    seenAt: [SIDECARS],
    meaning: 'the driver says of itself that it is not ready yet; the sidecar goes on asking',
    proves: 'the driver runs',
    provesNot: 'why it is not ready',
    examples: ['common.go:160] CSI driver is not ready'],
  },
  {
    id: 'csi-socket-missing',
    category: 'driver-gone',
    pattern:
      /Still connecting to unix:\/\/|Failed to (?:connect to the|establish connection to) CSI driver|error connecting to (?:the )?CSI driver|dial unix|ECONNREFUSED \/|No connection established.*unix:/i,
    seenAt: [SIDECARS],
    meaning: 'the driver has not opened its socket',
    proves: 'the driver process is not up yet, or dies before it listens',
    provesNot: 'why: a missing configuration and a crash look the same here',
    examples: [
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing dial unix /csi-data/csi.sock: connect: no such file or directory"',
      'connection.go:131] Still connecting to unix:///csi-data/csi.sock',
      '"Failed to connect to the CSI driver" err="context deadline exceeded"',
    ],
  },
  {
    id: 'csi-connection-lost',
    category: 'driver-gone',
    pattern: /Lost connection to (?:CSI driver|unix:\/\/)/,
    seenAt: [SIDECARS, { is: 'status' }],
    meaning: "the driver's socket went away and the sidecar ended itself",
    proves: 'the driver, or the proxy before it, was restarted',
    provesNot: 'anything about the storage',
    examples: ['Lost connection to CSI driver, exiting'],
  },
  {
    id: 'driver-terminated',
    category: 'follows',
    pattern: /running server shutdown, exit code: 15|^SIGTERM$/,
    seenAt: [DRIVER],
    meaning: 'the driver was told to end: by its liveness probe, or because its pod was deleted',
    proves: 'the kubelet ended it',
    provesNot: 'that it crashed',
    examples: ['running server shutdown, exit code: 15 (SIGTERM)'],
  },
  {
    id: 'provision-final-error',
    category: 'follows',
    pattern: /Final error received, removing PVC/,
    seenAt: [SIDECARS],
    meaning: 'the provisioner gave up this attempt; a volume may have been made all the same',
    proves: 'the driver answered with an error that counts as final',
    provesNot: 'that nothing was created on the storage',
    examples: ['Final error received, removing PVC 1f from claims in progress'],
  },
  {
    id: 'provisioning-failed',
    category: 'not-provisioned',
    pattern: /failed to provision volume with StorageClass/,
    seenAt: [SIDECARS, PROVISION],
    meaning: 'the driver was asked for a volume and answered with an error',
    proves: 'the controller pod works well enough to ask',
    provesNot: 'more than the error that follows does',
    examples: [
      'failed to provision volume with StorageClass "truenas-hdd": rpc error: code = Internal desc = Error: connect ECONNREFUSED 10.0.0.210:443',
    ],
  },
];
