import type { Finding } from '../model/diagnosis.ts';
import { PROTOCOL_NUMBER } from '../model/flow.ts';
import { FAMILIES } from '../model/network.ts';
import type { SocketState } from '../model/observation.ts';
import type { ChangedFlow, ChangedPrefixes, Effects } from '../model/plan.ts';
import { familyOf } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Trace } from '../model/trace.ts';
import { decideOutput } from '../routing/decide-output.ts';
import type { Answer, Decision } from '../routing/decision.ts';
import { traceThereAndBack } from '../routing/trace.ts';
import { isVpnDevice } from '../routing/vpn.ts';
import { type ChangedRange, type QuestionTemplate, whatIf } from '../routing/whatif.ts';
import { prefixesOf } from '../routing/whatif-prefixes.ts';
import { kernelFor, type World, type WorldHost } from '../routing/world.ts';
import { isDirect, packetWay, wayOf } from './way.ts';

/** Both worlds, and the host that the change is made on. */
export interface Comparison {
  readonly snapshot: Snapshot;
  /** The flows that the cause breaks are asked about first of all. */
  readonly finding: Finding;
  readonly hostId: string;
  readonly before: World;
  readonly after: World;
}

/**
 * Everything on the way of packets that a change would change, as the model has it: exactly the
 * destinations that one host sends elsewhere, the flows of the question, and connections seen.
 */
export function effectsOf(comparison: Comparison): Effects {
  return {
    prefixes: changedPrefixes(comparison),
    flows: [...askedFlows(comparison), ...connectedFlows(comparison)],
  };
}

function changedPrefixes({ snapshot, hostId, before, after }: Comparison): ChangedPrefixes[] {
  const [old, now] = [before.hosts[hostId], after.hosts[hostId]];
  if (!old || !now) return [];
  return templates(snapshot, old).flatMap(({ packets, template }) =>
    whatIf(old.state, now.state, template).flatMap((range): ChangedPrefixes[] => {
      const [was, is] = [wayOf(range.before), wayOf(range.after)];
      if (packetWay(was) === packetWay(is)) return [];
      return [
        {
          host: hostId,
          packets,
          prefixes: prefixesOf(range.first, range.last),
          before: was,
          after: is,
          ...judged(range, old),
        },
      ];
    }),
  );
}

/** Replies from each address that clients use, and what programs of the host send by themselves. */
function templates(
  { question }: Snapshot,
  host: WorldHost,
): { packets: string; template: QuestionTemplate }[] {
  const protocol = PROTOCOL_NUMBER.tcp;
  const seen = FAMILIES.filter((family) => host.missing[family].length === 0);
  const own = new Set(host.state.addresses.map(({ local }) => local));
  const replies = question.serverAddresses
    .filter((address) => own.has(address) && seen.includes(familyOf(address)))
    .map((source) => ({
      packets: `replies from ${source}`,
      template: { family: familyOf(source), asker: 'reply' as const, source, protocol },
    }));
  const connects = seen.map((family) => ({
    packets: `new connections${family === 'ipv6' ? ' over IPv6' : ''}`,
    template: { family, asker: 'tcp-connect' as const, protocol },
  }));
  return [...replies, ...connects];
}

function judged(
  { before, after }: ChangedRange,
  host: WorldHost,
): Pick<ChangedPrefixes, 'effect' | 'because'> {
  return effectOf(before.answers[0], after.answers[0], host);
}

function effectOf(
  was: Answer,
  is: Answer,
  host: WorldHost,
): Pick<ChangedPrefixes, 'effect' | 'because'> {
  const isVpn = vpnIn(host);
  const fromVpn = was.is === 'route' && isVpn(was.device);
  if (isDirect(is, isVpn) && fromVpn) {
    return { effect: 'better', because: 'a connected subnet is reached directly again' };
  }
  if (is.is === 'error') return { effect: 'worse', because: `no way is left (${is.errno})` };
  if (fromVpn && !isVpn(is.device)) {
    return { effect: 'worse', because: 'its way through the VPN is lost' };
  }
  return { effect: 'other', because: 'it takes another way' };
}

function vpnIn({ state }: WorldHost): (device: string) => boolean {
  return (device) =>
    isVpnDevice(
      device,
      state.links.find(({ name }) => name === device),
    );
}

/** The flows of the question, of the client and of those it was compared with. */
function askedFlows({ snapshot, finding, before, after, hostId }: Comparison): ChangedFlow[] {
  const { from, compare, serverAddresses, ports } = snapshot.question;
  const clients = [from, ...compare].filter((id) => before.hosts[id]);
  return clients.flatMap((client) =>
    serverAddresses.flatMap((destination): ChangedFlow[] => {
      const flow = {
        protocol: 'tcp' as const,
        destination,
        ...(ports[0] === undefined ? {} : { destinationPort: ports[0] }),
      };
      const was = legsOf(before, flow, client);
      const is = legsOf(after, flow, client);
      const name = before.hosts[client]?.name ?? client;
      return [
        {
          host: hostId,
          flow: `${name} to ${destination} and back`,
          kind:
            client === from && finding.flows.some((broken) => broken.destination === destination)
              ? 'asked'
              : 'compared',
          before: was.words,
          after: is.words,
          effect: effectOnFlow(was, is),
        },
      ];
    }),
  );
}

interface Legs {
  readonly outcome: Trace['outcome'];
  readonly words: string;
}

function legsOf(world: World, flow: Parameters<typeof traceThereAndBack>[1], client: string): Legs {
  const { forward, back } = traceThereAndBack(world, flow, client);
  const decides = forward.outcome === 'delivered' && back ? back : forward;
  const [first] = decides.steps;
  const by = first?.device === undefined ? '' : ` by ${first.device}`;
  const leg = decides === forward ? 'there' : 'back';
  return { outcome: decides.outcome, words: `${decides.outcome}${by} (${leg})` };
}

function effectOnFlow(was: Legs, is: Legs): ChangedFlow['effect'] {
  if (is.outcome === 'cannot-tell') return 'cannot-tell';
  const worked = was.outcome === 'delivered';
  const works = is.outcome === 'delivered';
  if (works) return worked ? (was.words === is.words ? 'same' : 'moved') : 'mended';
  if (worked) return 'broken';
  return 'still-broken';
}

/** Established connections of the host whose packets would leave by another way. */
function connectedFlows({ snapshot, hostId, before, after }: Comparison): ChangedFlow[] {
  const [old, now] = [before.hosts[hostId], after.hosts[hostId]];
  if (!old || !now) return [];
  const sockets = snapshot.observations.filter(
    (o): o is SocketState => o.kind === 'socket' && o.host === hostId && o.state === 'ESTAB',
  );
  const unique = new Map(
    sockets.map((socket) => [`${socket.local.address} ${socket.remote.address}`, socket]),
  );
  return [...unique.values()].flatMap((socket): ChangedFlow[] => {
    const [was, is] = [replyOf(old, socket), replyOf(now, socket)];
    if (!was || !is || packetWay(wayOf(was)) === packetWay(wayOf(is))) return [];
    const { effect } = effectOf(was.answers[0], is.answers[0], old);
    return [
      {
        host: hostId,
        flow: `${socket.local.address}:${socket.local.port} with ${socket.remote.address}`,
        kind: 'connected',
        before: packetWay(wayOf(was)),
        after: packetWay(wayOf(is)),
        effect: effect === 'worse' ? 'broken' : 'moved',
      },
    ];
  });
}

function replyOf(host: WorldHost, { local, remote }: SocketState): Decision | undefined {
  const family = familyOf(remote.address);
  const kernel = kernelFor(host, family);
  if (!kernel) return undefined;
  return decideOutput(kernel, {
    family,
    destination: remote.address,
    source: local.address,
    protocol: PROTOCOL_NUMBER.tcp,
    asker: 'reply',
  });
}
