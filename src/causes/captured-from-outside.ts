import type { Evidence } from '../model/diagnosis.ts';
import { familyOf } from '../model/prefix.ts';
import { advertiserOfAny, contrastOf } from './advertisers.ts';
import type { Case, Party, Verdict } from './cause.ts';
import { answeredOthers, called, cameBack, isUp, probeEvidence, silentProbes } from './evidence.ts';

/** A kubelet tries a mount again after two minutes at the latest, and says so each time. */
const STILL_HANGS_MS = 10 * 60_000;
const WAITS: readonly string[] = ['network-silent', 'network-or-slow'];

/**
 * Without a look at the server, the pattern of who fails is what is left: the one client that the
 * tailnet advertises stays unanswered, a neighbour that it does not advertise is answered, or at
 * least the server is up.
 */
export function judgeFromOutside(c: Case): Verdict {
  const { client, server } = c;
  const unknown: Verdict = { is: 'unknown', missing: [`${replyCommand(c)} on ${server.name}`] };
  if (!client.address) return unknown;
  if (c.probes.some(cameBack)) {
    return { is: 'absent', because: `${client.name} gets answers from ${server.address}` };
  }
  const answered = answeredOthers(c);
  const works = answered.find(({ address }) => address && !advertiserOfAny(c, address));
  // not the advertised one alone: the whole LAN, by an exit node or a firewall
  if (!works && c.others.some((one) => isSilent(one) && !isAdvertised(c, one.client)))
    return unknown;
  const advertiser = advertiserOfAny(c, client.address);
  const silent = silentProbes(c);
  const told = silent.length > 0 || !works ? [] : hangingMessages(c);
  if (!advertiser || silent.length + told.length === 0) return unknown;
  // one that is advertised as well and is answered speaks against it
  if (answered.some((one) => one.address && advertiserOfAny(c, one.address))) return unknown;
  if (!works && !isUp(c)) return unknown;

  const probe = c.others.find(({ client: one }) => one.id === works?.id)?.probes.find(cameBack);
  const instead = works
    ? `, but answers ${called(works)}, which nobody advertises`
    : ', though it is up';
  return {
    is: 'present',
    certainty: 'likely',
    because: `${called(server)} does not answer ${called(client)}, which ${advertiser} advertises to the tailnet${instead}`,
    chain: [
      `${advertiser} advertises ${client.address} to the tailnet`,
      works
        ? `a server that accepts tailnet routes would send its replies to ${client.address} into the tunnel`
        : `a server that accepts tailnet routes, or uses an exit node without LAN access, would send its replies to ${client.address} into the tunnel`,
      `${client.name} gets no answer from ${server.address}`,
    ],
    evidence: [
      ...silent.map((one) => probeEvidence(c, one, 'effect')),
      ...told,
      ...(probe ? [probeEvidence(c, probe, 'context')] : []),
    ],
    contrast: contrastOf(c),
    also: [],
    wouldProve: `${replyCommand(c)}   on ${server.name}`,
    byHand: {
      now: replyCommand(c),
      where: server.name,
      later:
        'if that says dev tailscale0: tailscale set --accept-routes=false; or, of an exit node, --exit-node-allow-lan-access=true',
    },
  };
}

function isAdvertised(c: Case, { address }: Party): boolean {
  return address !== undefined && advertiserOfAny(c, address) !== undefined;
}

function isSilent({ probes }: Case['others'][number]): boolean {
  return !probes.some(cameBack) && probes.some(({ outcome }) => outcome === 'timed-out');
}

/**
 * Mounts that wait for an answer now, as the kubelet of the client tells. That the server is merely
 * slow is no explanation while it answers another client.
 */
function hangingMessages({ snapshot, client, server }: Case): readonly Evidence[] {
  const { cluster, endedUnixMs } = snapshot;
  const pods = cluster?.hangingPods.seen ? cluster.hangingPods.value : [];
  const messages = pods
    .filter(
      ({ nodeName, volumes }) =>
        nodeName === client.id && volumes.some((one) => one.server === server.address),
    )
    .flatMap((pod) => pod.messages)
    .filter(({ lastUnixMs = 0 }) => endedUnixMs - lastUnixMs < STILL_HANGS_MS)
    .filter(({ signatures }) => signatures.some(({ category }) => WAITS.includes(category)));
  return messages.slice(0, 3).map(({ about, text, lastUnixMs }) => ({
    host: client.name,
    command: `kubectl describe pod -n ${about.namespace ?? 'default'} ${about.name}`,
    answer: text.slice(0, 200),
    atUnixMs: lastUnixMs ?? snapshot.startedUnixMs,
    shows: 'effect',
  }));
}

/** What the kernel of the server has to be asked about its reply. */
export function replyCommand({ server, client }: Case): string {
  const family = familyOf(server.address) === 'ipv6' ? ' -6' : '';
  return `ip${family} route get ${client.address ?? 'CLIENT'} from ${server.address}`;
}
