import type { ByHand, Evidence } from '../model/diagnosis.ts';
import { familyOf, prefixLength } from '../model/prefix.ts';
import { vpnName } from '../routing/vpn.ts';
import { contrastOf } from './advertisers.ts';
import { captureByApi, pingsThatDiffer } from './capture-by-api.ts';
import {
  alsoCaptured,
  type CapturedReply,
  captureOf,
  isInMain,
  isOfTailscale,
} from './captured.ts';
import { chainOf } from './captured-chain.ts';
import { judgeFromOutside, replyCommand } from './captured-from-outside.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import { comesFromExitNode } from './chosen-exit-node.ts';
import {
  aliveElsewhere,
  answeredOthers,
  called,
  effectOf,
  provesTogether,
  settingsEvidence,
} from './evidence.ts';
import { whereTailscaledRuns } from './where-tailscaled-runs.ts';

// tailscaled asks its table 52 (rule 5270) before main (rule 32766), so an accepted tailnet route
// wins over the LAN whatever its length; nothing in it compares accepted routes with connected
// subnets. Source: tailscale wgengine/router/osrouter, baseIPRules; net/routemanager.
// Other VPNs put their routes into main as well (wg-quick(8), AllowedIPs), where the longer one wins.

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
  const unread = byRules.is === 'unknown' && c.reply.agree === undefined;
  const byApi = unread ? captureByApi(c) : undefined;
  if (unread && !byApi) return withoutRules(c, byRules);
  const found = byApi ?? byRules;
  if (found.is !== 'captured') return found;
  const { capture } = found;
  const ofExitNode = comesFromExitNode(c.server.facts, capture);
  if (ofExitNode) {
    return { is: 'absent', because: `an exit node takes the LAN, not an accepted route` };
  }
  if (ofExitNode === undefined) {
    const what = `the preferences of tailscaled of ${c.server.name}: whether its exit node takes ${capture.route.prefix}`;
    return { is: 'unknown', missing: [what] };
  }

  const effect = effectOf(c);
  const settings = isOfTailscale(capture) ? settingsEvidence(c) : [];
  const decisive = capture.mechanism.filter(({ shows }) => shows === 'mechanism');
  const proven = capture.confirmed && decisive.every((one) => provesTogether([one], effect));
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: summary(c, capture),
    chain: chainOf(c, capture),
    evidence: [...capture.mechanism, ...settings, ...effect],
    contrast: [...others(c, capture), ...aliveElsewhere(c)],
    also: alsoCaptured(c.server.facts, capture),
    fixes: fixesOf(capture),
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

function others(c: Case, capture: CapturedReply): string[] {
  if (isOfTailscale(capture)) return contrastOf(c);
  return answeredOthers(c).map((party) => `${called(party)} is answered`);
}

/** tailscaled has a say in its own routes alone, and a pin asks main. */
function fixesOf(capture: CapturedReply): string[] {
  return lanRouteCapturedByVpn.fixes.filter((id) =>
    id === 'pin-lan' ? !isInMain(capture) : isOfTailscale(capture),
  );
}

function byHand({ server }: Case, capture: CapturedReply): ByHand {
  const { clientAddress, device, direct, route, rule } = capture;
  if (isOfTailscale(capture)) {
    return {
      now: 'tailscale set --accept-routes=false',
      where: whereTailscaledRuns(server),
      later:
        'turn Accept Routes off in the app as well. That alone does NOT change a node that is already logged in',
    };
  }
  const family = familyOf(direct.local) === 'ipv6' ? ' -6' : '';
  if (isInMain(capture)) {
    const isWider = prefixLength(route.prefix) < direct.prefixLength;
    return {
      now: isWider
        ? `ip${family} route add ${clientAddress} dev ${direct.dev}`
        : `ip${family} route del ${route.prefix} dev ${device}`,
      where: server.name,
      later: `take ${route.prefix} out of what the VPN allows (AllowedIPs of WireGuard), or it puts the route back when it starts`,
    };
  }
  const before = rule ? Math.min(2500, Math.max(1, rule.priority - 10)) : 2500;
  const lan = `${direct.local}/${direct.prefixLength}`;
  return {
    now: `ip${family} rule add to ${lan} lookup main priority ${before}`,
    where: server.name,
    later: 'a rule added by hand is gone after a restart: put it where the host keeps its network',
  };
}

function wouldProve(c: Case, { confirmed }: CapturedReply, effect: readonly Evidence[]): string {
  if (!confirmed) return `${replyCommand(c)}   on ${c.server.name}`;
  if (effect.length === 0) {
    return `a probe from ${c.client.name} to ${c.server.address} that stays silent while another LAN host answers`;
  }
  return 'reading mechanism and effect within a minute of each other';
}
