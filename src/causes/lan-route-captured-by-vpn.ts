import type { ByHand, Evidence } from '../model/diagnosis.ts';
import { familyOf } from '../model/prefix.ts';
import type { TailscalePeer } from '../model/tailscale.ts';
import { vpnName } from '../routing/vpn.ts';
import { captureByApi, pingsThatDiffer } from './capture-by-api.ts';
import {
  advertisingResource,
  alsoCaptured,
  type CapturedReply,
  captureOf,
  longestHolder,
} from './captured.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import {
  aliveElsewhere,
  answeredOthers,
  called,
  cameBack,
  effectOf,
  isChosenExitNode,
  isUp,
  probeEvidence,
  provesTogether,
  settingsEvidence,
  silentProbes,
} from './evidence.ts';

// tailscaled asks its table 52 (rule 5270) before main (rule 32766), so an accepted tailnet route
// wins over the LAN whatever its length; nothing in it compares accepted routes with connected
// subnets. Source: tailscale wgengine/router/osrouter, baseIPRules; net/routemanager.

/** A kubelet tries a mount again after two minutes at the latest, and says so each time. */
const STILL_HANGS_MS = 10 * 60_000;
const WAITS: readonly string[] = ['network-silent', 'network-or-slow'];

/** The server took a route to a neighbour on its own LAN from a VPN, and answers by it. */
export const lanRouteCapturedByVpn: Cause = {
  id: 'lan-route-captured-by-vpn',
  title: 'A VPN route captures addresses of a connected subnet',
  breaks: 'return-route',
  fixes: ['tailscale-stop-accepting-routes', 'pin-lan', 'unadvertise-lan-route'],
  judge,
};

function judge(c: Case): Verdict {
  if (!c.server.facts) return judgeFromOutside(c);
  const byRules = captureOf(c);
  const byApi = byRules.is === 'unknown' ? captureByApi(c) : undefined;
  if (byRules.is === 'unknown' && !byApi) return withoutRules(c, byRules);
  const found = byApi ?? byRules;
  if (found.is !== 'captured') return found;
  const { capture } = found;
  if (isChosenExitNode(c, capture.route.prefix)) {
    return { is: 'absent', because: `an exit node takes the LAN, not an accepted route` };
  }

  const effect = effectOf(c, 'TcpExt:IPReversePathFilter');
  const mechanism = [...capture.mechanism, ...settingsEvidence(c)];
  const decisive = capture.mechanism.filter(({ shows }) => shows === 'mechanism');
  const proven = capture.confirmed && decisive.every((one) => provesTogether([one], effect));
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: summary(c, capture),
    chain: chain(c, capture),
    evidence: [...mechanism, ...effect],
    contrast: [...contrastOf(c), ...aliveElsewhere(c)],
    also: alsoCaptured(c.server.facts, capture),
    ...(proven ? {} : { wouldProve: wouldProve(c, capture, effect) }),
    byHand: byHand(c, capture),
  };
}

/** Where an API told no rules, what shows from outside is what is left. */
function withoutRules(c: Case, unknown: Verdict): Verdict {
  const outside = c.server.facts?.truenas ? judgeFromOutside(c) : unknown;
  if (outside.is !== 'present') return unknown;
  return {
    ...outside,
    evidence: [...pingsThatDiffer(c), ...outside.evidence, ...settingsEvidence(c)],
  };
}

function summary({ server, client }: Case, { device, clientAddress }: CapturedReply): string {
  return `${called(server)} sends its replies to ${client.name} (${clientAddress}) into the ${vpnName(device)} tunnel`;
}

function chain(c: Case, capture: CapturedReply): string[] {
  const { server, client } = c;
  const { route, device, rule, advertiser, direct } = capture;
  const prefs = server.facts?.tailscale.prefs;
  const resource = advertisingResource(c.snapshot, capture.clientAddress);
  const peer = advertiser ?? advertiserAnywhere(c, capture.clientAddress);
  const who = resource ? `${resource} of the cluster` : peer?.hostName;
  const from = who ? `${who} advertises ${route.prefix}` : undefined;
  const accepts = prefs?.seen && prefs.value.acceptsRoutes;
  const origin = [accepts ? `Accept Routes is on at ${server.name}` : undefined, from];
  const asked = rule ? `, which rule ${rule.priority} asks before main` : '';
  const filtered = c.forward?.outcome === 'reverse-path-filtered';
  return [
    origin.filter(Boolean).join('; ') ||
      `${server.name} has a route for ${route.prefix} by ${device}`,
    `${server.name} holds ${route.prefix} dev ${device} in table ${route.table}${asked}; ${direct.dev} would reach ${client.name} directly`,
    filtered
      ? `the strict reverse-path filter of ${server.name} therefore drops what ${client.name} sends to ${server.address}`
      : `replies to ${client.name} leave by ${device} with source ${server.address}, which ${peer?.hostName ?? 'the far end'} does not accept`,
  ];
}

function byHand({ server }: Case, { device, direct, rule }: CapturedReply): ByHand {
  if (device.startsWith('tailscale')) {
    return {
      now: 'tailscale set --accept-routes=false',
      where: `${server.name}, where tailscaled runs: on TrueNAS in the container of the app`,
      later:
        'turn Accept Routes off in the app as well. That alone does NOT change a node that is already logged in',
    };
  }
  const family = familyOf(direct.local) === 'ipv6' ? ' -6' : '';
  const before = rule ? Math.min(2500, Math.max(1, rule.priority - 10)) : 2500;
  const lan = `${direct.local}/${direct.prefixLength}`;
  return {
    now: `ip${family} rule add to ${lan} lookup main priority ${before}`,
    where: server.name,
    later: 'a rule added by hand is gone after a restart: put it where the host keeps its network',
  };
}

/** Clients that are answered because nobody in the tailnet advertises them. */
function contrastOf(c: Case): string[] {
  return answeredOthers(c).map(({ name, address }) => {
    if (address === undefined) return `${name} is answered`;
    const advertiser = advertiserOfAny(c, address);
    const why = advertiser ? `although ${advertiser} advertises it` : 'which nobody advertises';
    return `${name} (${address}), ${why}, is answered`;
  });
}

function wouldProve(c: Case, { confirmed }: CapturedReply, effect: readonly Evidence[]): string {
  if (!confirmed) return `${replyCommand(c)}   on ${c.server.name}`;
  if (effect.length === 0) {
    return `a probe from ${c.client.name} to ${c.server.address} that stays silent while another LAN host answers`;
  }
  return 'reading mechanism and effect within a minute of each other';
}

function replyCommand({ server, client }: Case): string {
  const family = familyOf(server.address) === 'ipv6' ? ' -6' : '';
  return `ip${family} route get ${client.address ?? 'CLIENT'} from ${server.address}`;
}

// Without a look at the server, the pattern of who fails is what is left: the one client that the
// tailnet advertises stays unanswered, a neighbour that it does not advertise is answered, or at
// least the server is up.
function judgeFromOutside(c: Case): Verdict {
  const { client, server } = c;
  const unknown: Verdict = { is: 'unknown', missing: [`${replyCommand(c)} on ${server.name}`] };
  if (!client.address) return unknown;
  if (c.probes.some(cameBack)) {
    return { is: 'absent', because: `${client.name} gets answers from ${server.address}` };
  }
  const answered = answeredOthers(c);
  const works = answered.find(({ address }) => address && !advertiserOfAny(c, address));
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
      `a server that accepts tailnet routes would send its replies to ${client.address} into the tunnel`,
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
      later: 'if that says dev tailscale0: tailscale set --accept-routes=false',
    },
  };
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

/** Who advertises `address`: what the cluster calls it, or the machine of the tailnet. */
function advertiserOfAny(c: Case, address: string): string | undefined {
  return advertisingResource(c.snapshot, address) ?? advertiserAnywhere(c, address)?.hostName;
}

/** Who advertises `address`, as any tailscaled that was seen anywhere tells. */
function advertiserAnywhere({ snapshot }: Case, address: string): TailscalePeer | undefined {
  for (const host of Object.values(snapshot.hosts)) {
    const elsewhere = host.tailscaleElsewhere.seen ? host.tailscaleElsewhere.value : [];
    const own = host.tailscale.status.seen ? [host.tailscale.status.value] : [];
    for (const { self, peers } of [...own, ...elsewhere.map(({ status }) => status)]) {
      const holder = longestHolder(self ? [self, ...peers] : peers, address);
      if (holder) return holder;
    }
  }
  return undefined;
}
