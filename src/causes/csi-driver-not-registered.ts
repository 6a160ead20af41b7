import type { ClusterCase, ClusterCause } from './cause.ts';
import { type Complaint, isReady, itemsOf, startsOnlyWithStorage } from './complaints.ts';
import { judgeComplaints } from './judge-complaints.ts';

/** The kubelet of a node does not know the driver: its node pod is not there. */
export const csiDriverNotRegistered: ClusterCause = {
  id: 'csi-driver-not-registered',
  title: 'The driver is not registered on the node',
  fixes: [],
  judge: (c) => {
    const verdict = judgeComplaints(c, {
      signatures: ['driver-not-registered', 'csinode-lacks-driver'],
      quotes:
        /driver name \S+ not found in the list of registered CSI drivers|CSINode \S+ does not contain driver \S+/,
      proves: /registered CSI drivers|does not contain driver/,
      needsAnswer: false,
      absent: 'every kubelet knows the drivers that its pods need',
      isOther: (one, all) => isRegisteredNow(one, all) || waitsForStorage(one, all),
      words: ({ first, who }, { cluster }) => {
        const driver = first.drivers[0] ?? 'the driver';
        const node = first.nodeName ?? 'the node';
        const forbidden = itemsOf(cluster.driverEvents).some(({ signatures }) =>
          signatures.some(({ category }) => category === 'pod-security'),
        );
        return {
          because: forbidden
            ? `${driver} is not registered on ${node}: the cluster forbids its node pods (Pod Security)`
            : `${driver} is not registered on ${node}: its node pod does not run there`,
          chain: [
            forbidden
              ? "the drivers' namespace may not run privileged pods, so the node pods are not made"
              : `no pod of ${driver} works on ${node}`,
            `the kubelet of ${node} does not know ${driver} and cannot ask it to mount`,
            `${who} waits for its volume; nothing is sent to the storage`,
          ],
          wouldProve: `kubectl get csinode ${node} -o yaml`,
          byHand: forbidden
            ? {
                now: 'kubectl label namespace democratic-csi pod-security.kubernetes.io/enforce=privileged',
                where: 'the namespace of the driver, if it is another',
                later: 'put the label into the manifest of the namespace',
              }
            : {
                now: `kubectl get pods -A -o wide --field-selector spec.nodeName=${node}   and look at the driver's node pod`,
                where: 'the DaemonSet of the driver',
              },
        };
      },
    });
    return withoutProofUnless(c.cluster.csiNodes.seen, verdict);
  },
};

/** The event is of the past: the kubelet has come to know the driver since. */
function isRegisteredNow({ drivers, nodeName }: Complaint, { cluster }: ClusterCase): boolean {
  const node = itemsOf(cluster.csiNodes).find((one) => one.nodeName === nodeName);
  return drivers.length > 0 && drivers.every((driver) => node?.drivers.includes(driver));
}

/** A broken path shows the same. */
function waitsForStorage({ drivers, nodeName }: Complaint, c: ClusterCase): boolean {
  if (!startsOnlyWithStorage(c, drivers)) return false;
  return itemsOf(c.cluster.csiPods).some(
    (pod) => pod.role === 'node' && pod.nodeName === nodeName && !isReady(pod),
  );
}

/** What kubelets know was not read: then their events are all there is. */
function withoutProofUnless(isSeen: boolean, verdict: ReturnType<ClusterCause['judge']>) {
  if (isSeen || verdict.is !== 'present' || verdict.certainty === 'likely') return verdict;
  return { ...verdict, certainty: 'likely' as const, wouldProve: 'kubectl get csinodes -o yaml' };
}
