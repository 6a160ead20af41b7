import type { ClusterCase, ClusterCause } from './cause.ts';
import { type Complaint, itemsOf } from './complaints.ts';
import { judgeComplaints } from './judge-complaints.ts';

const NAME = /getaddrinfo \w+ ([^\s"\\:]+)|lookup ([^\s:]+)|resolve server ([^\s:]+)/;

/** The name of the storage leads to no address where it is asked for. */
export const storageNameUnresolved: ClusterCause = {
  id: 'storage-name-unresolved',
  title: "The storage's name has no address in the cluster",
  fixes: [],
  judge: (c) =>
    judgeComplaints(c, {
      signatures: ['dns-not-found', 'dns-no-answer', 'mount-nfs-not-resolved'],
      quotes: NAME,
      proves: NAME,
      needsAnswer: false,
      absent: 'no driver failed at the name of its storage',
      isOther: (one, all) => !isNameOfStorage(one, all),
      words: ({ first, who }) => {
        const name = nameIn(first) ?? 'the storage';
        const place = first.is === 'controller' ? 'in pods' : `on ${first.nodeName ?? 'the node'}`;
        return {
          because: `the name ${name} has no address ${place}, so nothing is sent to the storage`,
          chain: [
            `the resolver that is asked ${place} does not know ${name}`,
            'the driver or the mount fails before a packet leaves for the storage',
            `${who} fails`,
          ],
          wouldProve: `nslookup ${name}   ${place}`,
          byHand: {
            now: `let the resolver know ${name}, or write the address into the driver's configuration`,
            where:
              first.is === 'controller'
                ? "the cluster's DNS (CoreDNS forwards what it does not know to the node's resolver)"
                : "the node's own resolver: host network and kernel do not ask the cluster's DNS",
            later: 'volumes keep the server they were made with: a name is kept as a name',
          },
        };
      },
    }),
};

function nameIn({ message }: Complaint): string | undefined {
  const [, ...names] = NAME.exec(message.text) ?? [];
  return names.find((name) => name !== undefined);
}

/** In these words nothing but the storage is looked up. */
const OF_STORAGE = ['truenas-api-unavailable', 'mount-nfs-not-resolved'];

/**
 * Drivers look up the Kubernetes API as well; that is another trouble. The configuration is not
 * always read, so a name that no volume has may be the storage's all the same.
 */
function isNameOfStorage(complaint: Complaint, { cluster }: ClusterCase): boolean {
  const name = nameIn(complaint);
  if (name === undefined) return false;
  if (complaint.message.signatures.some(({ id }) => OF_STORAGE.includes(id))) return true;
  return itemsOf(cluster.backends).some(({ server }) => server === name);
}
