import type { Evidence } from '../model/diagnosis.ts';
import type { HostFacts } from '../model/host.ts';
import { vpnName } from '../routing/vpn.ts';
import { type CapturedReply, captureOf } from './captured.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import { comesFromExitNode } from './chosen-exit-node.ts';
import { aliveElsewhere, called, effectOf, provesTogether } from './evidence.ts';
import { whereTailscaledRuns } from './where-tailscaled-runs.ts';

/** The server uses an exit node that keeps it from its own LAN. */
export const exitNodeCapturesLan: Cause = {
  id: 'exit-node-captures-lan',
  title: 'An exit node without LAN access takes the LAN',
  breaks: 'return-route',
  fixes: ['tailscale-allow-lan-access'],
  judge,
};

function judge(c: Case): Verdict {
  const { server, client } = c;
  const found = captureOf(c);
  if (found.is !== 'captured') return found;
  const { capture } = found;
  const isIt = server.facts && comesFromExitNode(server.facts, capture);
  if (!server.facts || isIt === false) {
    const prefs = server.facts?.tailscale.prefs;
    const because =
      prefs?.seen && prefs.value.exitNodeId === ''
        ? `${server.name} uses no exit node`
        : `the route for ${capture.route.prefix} is of no exit node of ${server.name}`;
    return { is: 'absent', because };
  }
  const name = exitNodeName(server.facts);
  const effect = effectOf(c);
  const proven = isIt === true && capture.confirmed && provesTogether(capture.mechanism, effect);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `${called(server)} sends its replies to ${client.name} (${capture.clientAddress}) to its exit node${name} by ${vpnName(capture.device)}`,
    chain: [
      origin(server.facts, capture, name),
      `its table ${capture.table} holds ${capture.route.prefix} dev ${capture.device}, asked before main`,
      `replies to ${client.name} leave by ${capture.device} instead of ${capture.direct.dev}`,
    ],
    evidence: [...capture.mechanism, ...choice(c), ...effect],
    contrast: aliveElsewhere(c),
    also: [`every other address of ${capture.direct.local}/${capture.direct.prefixLength}`],
    ...(proven
      ? {}
      : {
          wouldProve: isIt
            ? `ip route get ${capture.clientAddress} from ${server.address}`
            : `tailscale debug prefs   on ${server.name}`,
        }),
    byHand: {
      now: 'tailscale set --exit-node-allow-lan-access=true',
      where: whereTailscaledRuns(server),
      later: 'or stop using the exit node: tailscale set --exit-node=',
    },
  };
}

/** What the captured route comes from, as far as the preferences tell. */
function origin(host: HostFacts, capture: CapturedReply, name: string): string {
  const { route } = capture;
  const { prefs } = host.tailscale;
  if (prefs.seen && !prefs.value.exitNodeAllowsLan) {
    return `${host.name} uses the exit node${name} with LAN access off`;
  }
  return comesFromExitNode(host, capture)
    ? `${host.name} uses the exit node${name}, which takes ${route.prefix}`
    : `${host.name} uses an exit node${name}; its route for ${route.prefix} is of that, or was accepted`;
}

/** With a blank before it; nothing where only that there is one shows. */
function exitNodeName({ tailscale: { prefs, status } }: HostFacts): string {
  const id = prefs.seen ? prefs.value.exitNodeId : undefined;
  const peers = status.seen ? status.value.peers : [];
  const peer = peers.find((one) => (id === undefined ? one.exitNode : one.id === id));
  const name = peer?.hostName ?? id;
  return name === undefined ? '' : ` ${name}`;
}

/** What it is set to. */
function choice({ server }: Case): Evidence[] {
  const prefs = server.facts?.tailscale.prefs;
  if (!prefs?.seen) return [];
  const { exitNodeId, exitNodeAllowsLan } = prefs.value;
  return [
    {
      host: server.name,
      command: prefs.from,
      answer: `"ExitNodeID": "${exitNodeId}", "ExitNodeAllowLANAccess": ${exitNodeAllowsLan}`,
      atUnixMs: prefs.readAtUnixMs,
      shows: 'mechanism',
    },
  ];
}
