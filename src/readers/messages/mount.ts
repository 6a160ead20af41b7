import { type MessageShape, MOUNT } from './shape.ts';

const NODE: MessageShape['seenAt'] = [MOUNT, { is: 'log', containers: ['csi-driver'] }];

/**
 * What mounting says on a node: mount.nfs, mount.cifs, iscsiadm, nvme, and drivers around them.
 *
 * Source: nfs-utils utils/mount/error.c; open-iscsi include/iscsi_err.h for its exit codes;
 * democratic-csi src/utils for its exec timers; csi-driver-nfs pkg/nfs/nodeserver.go.
 */
export const MOUNT_SHAPES: readonly MessageShape[] = [
  {
    id: 'mount-helper-missing',
    category: 'mount-helper-missing',
    pattern:
      /you might need a \/sbin\/mount\.<type> helper|wrong fs type, bad option, bad superblock|mount\.(?:nfs|cifs)[^ ]*: (?:not found|No such file)/,
    seenAt: NODE,
    meaning: 'the node has no program to mount this kind of file system',
    proves: 'nothing was sent to the storage',
    provesNot: 'anything about the network',
    examples: [
      'mount: 10.0.0.210:/mnt/x: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.',
      'mount: wrong fs type, bad option, bad superblock on 10.0.0.210:/x',
    ],
  },
  {
    id: 'mount-nfs-timed-out',
    category: 'network-or-slow',
    pattern: /mount\.nfs4?: Connection timed out/,
    seenAt: NODE,
    meaning: 'mount.nfs gave up after about two minutes without an answer',
    proves: 'NFS did not answer this node',
    provesNot:
      'which half of the path is broken, or that it is the path: a hung server, and a wrong NFS version behind a filtered port, read the same',
    examples: ['mount.nfs: Connection timed out'],
  },
  {
    id: 'mount-nfs-no-route',
    category: 'network-unreachable',
    pattern: /mount\.nfs4?: (?:No route to host|Network is unreachable)/,
    seenAt: NODE,
    meaning: 'the node, or a router, has no way to the server',
    proves: 'nobody answered for that address, or the node has no route',
    provesNot: 'that the server is off: a firewall that rejects reads the same',
    examples: ['mount.nfs: No route to host'],
  },
  {
    id: 'mount-nfs-refused',
    category: 'refused',
    pattern: /mount\.nfs4?: Connection refused/,
    seenAt: NODE,
    meaning: 'the address answered that no NFS server listens',
    proves: 'packets reach that address and its answers come back; NFS is off there',
    provesNot: 'that the address is still the storage',
    examples: ['mount.nfs: Connection refused'],
  },
  {
    id: 'mount-nfs-access-denied',
    category: 'export-denied',
    pattern: /mount\.nfs4?: access denied by server|mount\.nfs4?: Operation not permitted/,
    seenAt: NODE,
    meaning: 'the NFS server answered and does not let this client mount',
    proves: 'the path works in both directions',
    provesNot:
      "that the export list lacks the node: the server may see another source address, and 'Operation not permitted' is also said by SELinux on the node",
    examples: [
      'mount.nfs: access denied by server while mounting 10.0.0.210:/mnt/tank/k8s',
      'mount.nfs: Operation not permitted',
    ],
  },
  {
    id: 'mount-nfs-no-such-export',
    category: 'export-missing',
    pattern: /reason given by server: No such file or directory/,
    seenAt: NODE,
    meaning: 'the NFS server answered that it has no such path',
    proves: 'the path works in both directions',
    provesNot: 'that the data is gone: an unmounted pool hides its exports',
    examples: [
      'mount.nfs: mounting 10.0.0.210:/mnt/x failed, reason given by server: No such file or directory',
    ],
  },
  {
    id: 'mount-nfs-not-resolved',
    category: 'dns',
    pattern: /mount\.nfs4?: Failed to resolve server/,
    seenAt: NODE,
    meaning: "the server's name could not be resolved on the node",
    proves: "the node's own resolver, not the cluster's, does not know the name",
    provesNot: 'that pods cannot resolve it',
    examples: ['mount.nfs: Failed to resolve server nas.lan: Name or service not known'],
  },
  {
    id: 'mount-nfs-again',
    category: 'network-or-slow',
    pattern: /mount\.nfs4?: Resource temporarily unavailable/,
    seenAt: NODE,
    meaning: 'the kernel gave up a mount attempt for now',
    proves: 'the mount was tried',
    provesNot: 'why it failed; routing faults of a node are one of several reasons',
    examples: ['mount.nfs: Resource temporarily unavailable'],
  },
  {
    id: 'mount-nfs-protocol',
    category: 'protocol-mismatch',
    pattern:
      /mount\.nfs4?: (?:Protocol not supported|requested NFS version or transport protocol is not supported)|rpc\.statd is not running but is required/,
    seenAt: NODE,
    meaning: 'server and node have no NFS version in common, or statd is missing for version 3',
    proves: 'the path works, where the server was the one to say so',
    provesNot: 'that the export is wrong',
    examples: [
      'mount.nfs: Protocol not supported',
      'mount.nfs: rpc.statd is not running but is required for remote locking.',
    ],
  },
  {
    id: 'nfs-stale-handle',
    category: 'stale-handle',
    pattern: /stale (?:NFS )?file handle/i,
    seenAt: [...NODE, { is: 'node-log' }],
    meaning:
      'the server was restarted, or the export was made anew, under a mount that still stands',
    proves: 'the path works in both directions again',
    provesNot: 'that the network is broken now',
    examples: ['lstat /var/lib/kubelet/pods/x/volumes: stale NFS file handle'],
  },
  {
    id: 'mount-cifs-failed',
    category: 'network-or-slow',
    pattern: /mount error\((?:110|112|113|115)\)/,
    seenAt: NODE,
    meaning: 'the SMB server did not answer',
    proves: 'no SMB answer came to this node',
    provesNot: 'which half of the path is broken',
    examples: [
      'mount error(115): Operation now in progress',
      'mount error(110): Connection timed out',
    ],
  },
  {
    id: 'mount-cifs-denied',
    category: 'auth',
    pattern: /mount error\(13\)/,
    seenAt: NODE,
    meaning: 'the SMB server refused user or password',
    proves: 'the path works in both directions',
    provesNot: 'that the share is missing',
    examples: ['mount error(13): Permission denied'],
  },
  {
    id: 'iscsi-timed-out',
    category: 'network-silent',
    pattern:
      /\(8 - connection timed out\)|iscsiadm: connection login retries \(reopen_max\) \d+ exceeded/,
    seenAt: NODE,
    meaning: 'no TCP connection to the iSCSI portal came about',
    proves: 'the handshake with the portal was not completed',
    provesNot: 'which half of the path is broken',
    examples: ['iscsiadm: initiator reported error (8 - connection timed out)'],
  },
  {
    id: 'iscsi-connect-failed',
    category: 'refused',
    pattern: /\(4 - encountered connection failure\)/,
    seenAt: NODE,
    meaning: 'the iSCSI portal could not be connected to',
    proves: 'the connection failed at once rather than by silence',
    provesNot: 'that the address is the storage',
    examples: ['iscsiadm: initiator reported error (4 - encountered connection failure)'],
  },
  {
    id: 'iscsi-login-refused',
    category: 'configuration',
    pattern:
      /\(19 - encountered non-retryable iSCSI login failure\)|\(21 - no records found\)|no records found/,
    seenAt: NODE,
    meaning: 'the portal was reached and has no such target for this initiator',
    proves: 'the path works in both directions',
    provesNot: 'that the target is gone: portal and initiator groups decide as well',
    examples: [
      'iscsiadm: initiator reported error (19 - encountered non-retryable iSCSI login failure)',
      'iscsiadm: (21 - no records found)',
    ],
  },
  {
    id: 'iscsi-login-denied',
    category: 'auth',
    pattern: /\(24 - iSCSI login failed due to authorization failure\)/,
    seenAt: NODE,
    meaning: 'the iSCSI target refused user or password',
    proves: 'the path works in both directions',
    provesNot: 'anything else',
    examples: [
      'iscsiadm: initiator reported error (24 - iSCSI login failed due to authorization failure)',
    ],
  },
  {
    id: 'iscsi-no-device',
    category: 'network-or-slow',
    pattern: /hit timeout waiting for device node to appear|unable to attach any iscsi devices/,
    seenAt: NODE,
    meaning: 'logged in or not, the disk did not appear within 30 s',
    proves: 'the node has no disk from this target',
    provesNot: 'that the network is to blame: LUN mapping reads the same',
    examples: [
      'hit timeout waiting for device node to appear: /dev/disk/by-path/ip-10.0.0.210:3260-iscsi',
    ],
  },
  {
    id: 'iscsi-tools-missing',
    category: 'mount-helper-missing',
    pattern:
      /mkdir "\/usr\/local\/etc\/iscsi": .*read-only|open-iscsi tools not found|iscsiadm: (?:command )?not found/,
    seenAt: NODE,
    meaning: 'the node lacks the iSCSI tools, or has them at another place than the driver expects',
    proves: 'nothing was sent to the storage',
    provesNot: 'anything about the network',
    examples: [
      'failed to mkdir "/usr/local/etc/iscsi": mkdir /usr/local/etc: read-only file system',
      'open-iscsi tools not found on host',
    ],
  },
  {
    id: 'nvme-connect-failed',
    category: 'network-or-slow',
    pattern:
      /[Ff]ailed to write to \/dev\/nvme-fabrics: (?:Connection timed out|Connection refused|No route to host)/,
    seenAt: NODE,
    meaning: 'no NVMe/TCP connection to the storage came about',
    proves: 'the connection failed in the way the text names',
    provesNot: 'which half of the path is broken',
    examples: ['Failed to write to /dev/nvme-fabrics: Connection timed out'],
  },
  {
    id: 'driver-exec-timeout',
    category: 'network-or-slow',
    pattern: /\{"code":null,"stdout":"[^"]*","stderr":"[^"]*","timeout":true\}/,
    seenAt: NODE,
    meaning: 'democratic-csi ended mount or iscsiadm because it hung for 30 s',
    proves: 'the command hung',
    provesNot: 'that packets were lost: a storage that is slow hangs it as well',
    examples: [
      'rpc error: code = Internal desc = {"code":null,"stdout":"","stderr":"","timeout":true}',
    ],
  },
  {
    id: 'csi-nfs-mount-timeout',
    category: 'network-or-slow',
    pattern: /mount volume .*timeout after 1\d\ds|timed out after 1\d\ds/,
    seenAt: NODE,
    meaning: "csi-driver-nfs's own timer ended a mount that hung",
    proves: 'the mount hung',
    provesNot: 'that packets were lost',
    examples: ['mount volume 10.0.0.210#mnt#x to /var/lib/kubelet timeout after 110s'],
  },
  {
    id: 'volume-operation-in-progress',
    category: 'follows',
    pattern:
      /An operation with the given Volume ID .* already exists|operation locked due to in progress operation/,
    seenAt: [MOUNT],
    meaning: 'an earlier attempt on the same volume still hangs',
    proves: 'an earlier attempt has not ended',
    provesNot: 'why; look for the first message',
    examples: [
      'rpc error: code = Aborted desc = An operation with the given Volume ID pvc-1 already exists',
      'operation locked due to in progress operation(s)',
    ],
  },
  {
    id: 'driver-command-failed',
    category: 'follows',
    pattern: /desc = \{"code":[1-9]\d*,"stdout"/,
    seenAt: [MOUNT],
    meaning: 'democratic-csi shows how mount or iscsiadm ended',
    proves: 'the command ran',
    provesNot: 'more than its own words within the text do',
    examples: [
      'rpc error: code = Internal desc = {"code":32,"stdout":"","stderr":"mount.nfs: Connection refused\\n"}',
    ],
  },
  {
    id: 'csi-call-deadline',
    category: 'network-or-slow',
    pattern: /rpc error: code = DeadlineExceeded/,
    seenAt: [MOUNT, { is: 'event', reasons: ['FailedAttachVolume', 'ProvisioningFailed'] }],
    meaning: 'a call of the driver was not answered within its time (about two minutes)',
    proves: 'something was slow',
    provesNot: 'what was: the driver, the node and the storage read the same',
    examples: ['rpc error: code = DeadlineExceeded desc = context deadline exceeded'],
  },
];
