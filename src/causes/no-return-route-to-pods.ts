import type { Evidence } from '../model/diagnosis.ts';
import type { SocketState } from '../model/observation.ts';
import { familyOf } from '../model/prefix.ts';
import type { Case, ClusterCase, ClusterCause, PodCase, Verdict } from './cause.ts';
import { called, cameBack, filterRise, probeEvidence, provesTogether } from './evidence.ts';
import { isUnanswered, pathComplaints, podMissing } from './pod-evidence.ts';

/** Pods keep their own address on the LAN, and the storage knows no way back to it. */
export const noReturnRouteToPods: ClusterCause = {
  id: 'no-return-route-to-pods',
  title: 'The storage has no route back to the pods',
  fixes: [],
  judge,
};

/**
 * When a connect() sends its SYN, in milliseconds after it began. Source: tcp(7), tcp_syn_retries;
 * since Linux 6.5 some are sent earlier.
 */
const SYN_AT_MS = [0, 1000, 3000, 7000];
/** From the counting of a packet until the counter was read, at most. */
const READING_MS = 200;

function judge(c: ClusterCase): Verdict {
  const suspect = c.podCases.find(
    ({ pod, node }) =>
      isUnanswered(pod.probes) && pod.controls.some(cameBack) && node.probes.some(cameBack),
  );
  if (!suspect) return notSuspect(c);
  const { pod } = suspect;
  const { answer, kernel, agree } = pod.reply;
  if (!answer) return pathComplaints(c).length > 0 ? fromOutside(c, suspect) : unknown(pod);
  if (agree === false) return unknown(pod);
  if (answer.is === 'route') {
    return { is: 'absent', because: `${pod.server.name} has a route to ${pod.client.address}` };
  }
  const mechanism: Evidence[] = kernel
    ? [
        {
          host: pod.server.name,
          command: kernel.command,
          answer: kernel.raw,
          atUnixMs: kernel.atUnixMs,
          shows: 'mechanism',
          healthy: 'a route by way of the node',
        },
      ]
    : [];
  // only these show that the packets of the pod arrive under its own address
  const arrives = [...halfOpenFrom(pod), ...filtered(pod)];
  const proven = agree === true && provesTogether(mechanism, arrives);
  return present(c, suspect, { evidence: [...mechanism, ...arrives], proven });
}

function notSuspect(c: ClusterCase): Verdict {
  const answered = c.podCases.find(({ pod }) => pod.probes.some(cameBack));
  if (answered) {
    const { client, server } = answered.pod;
    return { is: 'absent', because: `${server.name} answers the pod ${called(client)}` };
  }
  const alike = c.cases.find(({ probes }) => isUnanswered(probes));
  if (alike) {
    return { is: 'absent', because: `${alike.client.name} itself gets no answer either` };
  }
  const cut = c.podCases.find(({ pod }) => isUnanswered(pod.controls));
  if (cut) {
    return { is: 'absent', because: `the pod ${called(cut.pod.client)} reaches nothing at all` };
  }
  return { is: 'unknown', missing: [podMissing(c)] };
}

function unknown(pod: Case): Verdict {
  return { is: 'unknown', missing: [`${replyCommand(pod)} on ${pod.server.name}`] };
}

/**
 * Nobody could look at the storage. That another pod, the driver's own, has no answer either makes
 * a policy for one namespace unlikely.
 */
function fromOutside(c: ClusterCase, suspect: PodCase): Verdict {
  return present(c, suspect, { evidence: [], proven: false });
}

function present(
  c: ClusterCase,
  { pod, node }: PodCase,
  { evidence, proven }: { readonly evidence: readonly Evidence[]; readonly proven: boolean },
): Verdict {
  const { client, server } = pod;
  const [silent] = pod.probes;
  const control = pod.controls.find(cameBack);
  const own = node.probes.find(cameBack);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `${called(server)} has no way back to pods: it does not answer ${called(client)}, and answers ${called(node.client)}`,
    chain: [
      `pods leave ${node.client.name} under their own address instead of the node's (not masqueraded)`,
      `${server.name} has no route to ${client.address}, so what it would answer goes nowhere`,
      'the driver in the pod network has no answer; mounts are made from the host network and work',
    ],
    evidence: [
      ...evidence,
      ...(silent ? [probeEvidence(pod, silent, 'effect')] : []),
      ...(control ? [probeEvidence(pod, control, 'effect')] : []),
      ...(own ? [probeEvidence(node, own, 'effect')] : []),
    ],
    contrast: [
      `${called(node.client)} is answered from its host network`,
      ...(control ? [`the pod is answered by ${control.flow.destination}`] : []),
    ],
    also: [],
    affects: pathComplaints(c).map(({ about }) => about),
    ...(proven ? {} : { wouldProve: `${replyCommand(pod)}   on ${server.name}` }),
    byHand: {
      now: `ip route add PODS via ${node.client.address ?? 'NODE'}, where PODS is the pod network of ${node.client.name}`,
      where: server.name,
      later:
        'or have the CNI masquerade what leaves the pod network (Flannel: --ip-masq; Cilium: enableIPv4Masquerade; Calico: natOutgoing); TrueNAS keeps static routes under Network',
    },
  };
}

function replyCommand({ server, client }: Case): string {
  const family = familyOf(server.address) === 'ipv6' ? ' -6' : '';
  return `ip${family} route get ${client.address ?? 'POD'} from ${server.address}`;
}

/**
 * The storage's reverse-path filter drops what comes from an address that no route leads back to.
 * Its counter rises by anybody's packets, so only a rise by as many as the pod has sent counts, and
 * never by a single one.
 */
function filtered(pod: Case): Evidence[] {
  const rise = filterRise(pod);
  if (!rise) return [];
  const until = rise.evidence.atUnixMs - READING_MS;
  const sent = pod.probes
    .filter(({ outcome, probe }) => outcome === 'timed-out' && probe !== 'icmp')
    .flatMap(({ atUnixMs, elapsedMs }) =>
      SYN_AT_MS.filter((ms) => ms <= elapsedMs && atUnixMs + ms <= until),
    ).length;
  return rise.by >= Math.max(2, sent) ? [rise.evidence] : [];
}

/** No other machine has a pod's address, so such a socket is of packets that were not rewritten. */
function halfOpenFrom({ snapshot, server, client }: Case): Evidence[] {
  const socket = snapshot.observations.find(
    (o): o is SocketState =>
      o.kind === 'socket' &&
      o.host === server.id &&
      o.state === 'SYN-RECV' &&
      o.remote.address === client.address,
  );
  if (!socket) return [];
  return [
    {
      host: server.name,
      command: socket.command,
      answer: `SYN-RECV ${server.address} :${socket.local.port} from ${socket.remote.address}`,
      atUnixMs: socket.atUnixMs,
      shows: 'effect',
    },
  ];
}
