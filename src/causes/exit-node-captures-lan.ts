import { vpnName } from '../routing/vpn.ts';
import { captureOf } from './captured.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import { aliveElsewhere, called, effectOf, isChosenExitNode, provesTogether } from './evidence.ts';

// With an exit node chosen and "allow LAN access" off, tailscaled installs the default route and
// the prefixes of the host's own interfaces in table 52 on purpose, so that nothing leaks.
// Source: tailscale ipn/ipnlocal, internalAndExternalInterfaces.

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
  const prefs = server.facts?.tailscale.prefs;
  if (!isChosenExitNode(c, capture.route.prefix) || !prefs?.seen) {
    return { is: 'absent', because: `${server.name} uses no exit node` };
  }
  const peers = server.facts?.tailscale.status;
  const exit = peers?.seen
    ? peers.value.peers.find(({ id }) => id === prefs.value.exitNodeId)?.hostName
    : undefined;
  const name = exit ?? prefs.value.exitNodeId;

  const effect = effectOf(c, 'TcpExt:IPReversePathFilter');
  const proven = capture.confirmed && provesTogether(capture.mechanism, effect);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `${called(server)} sends its replies to ${client.name} (${capture.clientAddress}) to its exit node ${name} by ${vpnName(capture.device)}`,
    chain: [
      `${server.name} uses the exit node ${name} with LAN access off`,
      `its table ${capture.table} holds ${capture.route.prefix} dev ${capture.device}, asked before main`,
      `replies to ${client.name} leave by ${capture.device} instead of ${capture.direct.dev}`,
    ],
    evidence: [
      ...capture.mechanism,
      {
        host: server.name,
        command: prefs.from,
        answer: `"ExitNodeID": "${prefs.value.exitNodeId}", "ExitNodeAllowLANAccess": ${prefs.value.exitNodeAllowsLan}`,
        atUnixMs: prefs.readAtUnixMs,
        shows: 'mechanism',
      },
      ...effect,
    ],
    contrast: aliveElsewhere(c),
    also: [`every other address of ${capture.direct.local}/${capture.direct.prefixLength}`],
    ...(proven
      ? {}
      : { wouldProve: `ip route get ${capture.clientAddress} from ${server.address}` }),
    byHand: {
      now: 'tailscale set --exit-node-allow-lan-access=true',
      where: `${server.name}, where tailscaled runs`,
      later: 'or stop using the exit node: tailscale set --exit-node=',
    },
  };
}
