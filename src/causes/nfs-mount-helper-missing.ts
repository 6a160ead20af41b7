import type { ClusterCause } from './cause.ts';
import { judgeComplaints } from './judge-complaints.ts';

/** The node cannot mount this kind of file system at all. */
export const nfsMountHelperMissing: ClusterCause = {
  id: 'nfs-mount-helper-missing',
  title: 'The node lacks the program that mounts',
  fixes: [],
  judge: (c) =>
    judgeComplaints(c, {
      signatures: ['mount-helper-missing', 'iscsi-tools-missing'],
      quotes:
        /bad option;[^"\\]*|wrong fs type[^"\\]*|(?:mount\.\w+|iscsi\w*)[^"\\]*not found|read-only file system/,
      // 'wrong fs type' alone is also said of a damaged file system
      proves: /need a \/sbin\/mount\.|not found/,
      needsAnswer: false,
      absent: 'no node lacked a program to mount with',
      words: ({ who, first }) => ({
        because: `${first.nodeName ?? 'the node'} has no program to mount this kind of storage with, so nothing is sent to it`,
        chain: [
          `mount.nfs, or the iSCSI tools, are not on ${first.nodeName ?? 'the node'} or not in the driver's image`,
          'mount fails at once and no packet leaves for the storage',
          `${who} waits for its volume`,
        ],
        wouldProve: `ls /sbin/mount.nfs   on ${first.nodeName ?? 'the node'}`,
        byHand: {
          now: 'install nfs-common (Debian), nfs-utils (Fedora) or the extension iscsi-tools (Talos)',
          where: first.nodeName ?? 'every node that mounts',
          later: 'put it into the image the nodes are made from',
        },
      }),
    }),
};
