import type { ClusterCause } from './cause.ts';
import { judgeComplaints } from './judge-complaints.ts';

/** The NFS server answers the node, and does not let it mount. */
export const nfsExportDenied: ClusterCause = {
  id: 'nfs-export-denied',
  title: 'The NFS export does not let the node in',
  fixes: [],
  judge: (c) =>
    judgeComplaints(c, {
      signatures: ['mount-nfs-access-denied'],
      quotes: /access denied by server[^"\\]*|Operation not permitted/,
      // 'Operation not permitted' is said by SELinux on the node, too
      proves: /access denied by server/,
      needsAnswer: true,
      absent: 'no mount was denied by an NFS server',
      words: ({ storage, who, first }) => ({
        because: `${storage} denies ${first.nodeName ?? 'the node'} the NFS export`,
        chain: [
          `the export of ${storage} does not allow the address that ${first.nodeName ?? 'the node'} comes from`,
          'mount.nfs was answered with "access denied", so packets go there and come back',
          `${who} waits for its volume`,
        ],
        wouldProve: `showmount -e or the share's allowed hosts and networks   on ${storage}`,
        byHand: {
          now: "allow the nodes' addresses in the share (TrueNAS: Shares, NFS, Networks and Hosts)",
          where: storage,
          later:
            'democratic-csi writes them itself: nfs.shareAllowedNetworks in its configuration must hold every node',
        },
      }),
    }),
};
