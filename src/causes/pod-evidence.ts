import type { Probe } from '../model/observation.ts';
import type { ClusterCase } from './cause.ts';
import { type Complaint, complaintsOf } from './complaints.ts';
import { cameBack } from './evidence.ts';

const PATH = ['network-silent', 'network-unreachable', 'network-or-slow'];

/** Asked, and nothing came back; a probe that could not be made says nothing. */
export function isUnanswered(probes: readonly Probe[]): boolean {
  const ran = probes.filter(({ outcome }) => outcome !== 'not-run');
  return ran.length > 0 && !ran.some(cameBack);
}

/** Controllers that had no answer from their storage, or no way to it. */
export function pathComplaints(c: ClusterCase, nodeName?: string): Complaint[] {
  return complaintsOf(c).filter(
    (one) =>
      one.is === 'controller' &&
      PATH.includes(one.signature.category) &&
      (nodeName === undefined || one.nodeName === nodeName),
  );
}

/** What would tell pods and their node apart. */
export function podMissing({ cases }: ClusterCase): string {
  const [first] = cases;
  const node = first?.client.name ?? 'the node';
  return `nc -vz ${first?.server.address ?? 'STORAGE'} 2049 and nc -vz GATEWAY 80 in a pod of ${node}`;
}
