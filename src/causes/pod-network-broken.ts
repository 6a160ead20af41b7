import type { Probe } from '../model/observation.ts';
import type { Case, ClusterCase, ClusterCause, PodCase, Verdict } from './cause.ts';
import type { Complaint } from './complaints.ts';
import { called, cameBack, probeEvidence, provesTogether } from './evidence.ts';
import { nameOf } from './judge-complaints.ts';
import { isUnanswered, pathComplaints, podMissing } from './pod-evidence.ts';

/** Pods reach nothing outside their node while the node itself reaches everything. */
export const podNetworkBroken: ClusterCause = {
  id: 'pod-network-broken',
  title: 'Only the pod network of the node is broken',
  fixes: [],
  judge,
};

function judge(c: ClusterCase): Verdict {
  const pairs = c.podCases.filter(({ pod }) => pod.controls.length > 0);
  const broken = pairs.find(
    ({ pod, node }) =>
      isUnanswered(pod.probes) &&
      isUnanswered(pod.controls) &&
      node.probes.some(cameBack) &&
      node.controls.some(cameBack),
  );
  if (broken) return judgeBroken(c, broken);
  const answered = c.podCases.find(({ pod }) => [...pod.probes, ...pod.controls].some(cameBack));
  if (answered) {
    const { client } = answered.pod;
    return { is: 'absent', because: `the pod ${called(client)} is answered from outside its node` };
  }
  const stuck = c.cases.find(({ probes }) => probes.length > 0 && !probes.some(cameBack));
  if (stuck) {
    const { client } = stuck;
    return { is: 'absent', because: `the host network of ${client.name} gets no answer either` };
  }
  return { is: 'unknown', missing: [podMissing(c)] };
}

/** A policy for the namespace of this one pod shows the same, so another pod must suffer as well. */
function judgeBroken(c: ClusterCase, pair: PodCase): Verdict {
  const { client } = pair.node;
  const hanging = pathComplaints(c, client.name);
  if (notForwarding(pair.node).length === 0 && hanging.length === 0) {
    return { is: 'unknown', missing: [`sysctl net.ipv4.ip_forward on ${client.name}`] };
  }
  return present(pair, hanging);
}

function present({ pod, node }: PodCase, hanging: readonly Complaint[]): Verdict {
  const { client, server } = node;
  const mechanism = notForwarding(node);
  const effect = [
    ...pod.probes
      .filter(ranOut)
      .slice(0, 1)
      .map((probe) => probeEvidence(pod, probe, 'effect')),
    ...pod.controls
      .filter(ranOut)
      .slice(0, 1)
      .map((probe) => probeEvidence(pod, probe, 'effect')),
    ...[
      ...node.probes.filter(cameBack).slice(0, 1),
      ...node.controls.filter(cameBack).slice(0, 1),
    ].map((probe) => probeEvidence(node, probe, 'effect')),
  ];
  const proven = provesTogether(mechanism, effect);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `pods on ${client.name} reach neither ${called(server)} nor the rest of the LAN, while ${client.name} itself reaches both`,
    chain: [
      proven
        ? `${client.name} does not forward packets (net.ipv4.ip_forward = 0)`
        : `something between the pods and the LAN device of ${client.name} is broken`,
      `what ${called(pod.client)} sends does not leave ${client.name}, or its answers do not come in`,
      'everything in the pod network fails; mounts are made from the host network and work',
    ],
    evidence: [...mechanism, ...effect],
    contrast: [`${called(client)} is answered by ${called(server)} from its host network`],
    also: [],
    affects: hanging.map(({ about }) => about),
    ...(proven
      ? {}
      : { wouldProve: `sysctl net.ipv4.ip_forward; ip link show type bridge   on ${client.name}` }),
    byHand: {
      now: 'sysctl -w net.ipv4.ip_forward=1, or look at the CNI pod of the node',
      where: client.name,
      later: `what resets it is mostly a tool that hardens settings; ${hanging.length > 0 ? `${hanging.map(({ about }) => nameOf(about)).join(', ')} come back by themselves` : 'pods come back by themselves'}`,
    },
  };
}

/** The kernel of the node says that it forwards nothing. */
function notForwarding({ client }: Case) {
  const sysctls = client.facts?.network.sysctls;
  if (!sysctls?.seen || sysctls.value['net.ipv4.ip_forward'] !== '0') return [];
  return [
    {
      host: client.name,
      command: 'sysctl net.ipv4.ip_forward',
      answer: 'net.ipv4.ip_forward = 0',
      atUnixMs: sysctls.readAtUnixMs,
      shows: 'mechanism' as const,
      healthy: 'net.ipv4.ip_forward = 1',
    },
  ];
}

function ranOut({ outcome }: Probe): boolean {
  return outcome !== 'not-run';
}
