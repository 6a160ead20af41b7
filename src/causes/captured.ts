import type { Evidence } from '../model/diagnosis.ts';
import type { HostFacts } from '../model/host.ts';
import { type Address, type Route, type Rule, TABLE } from '../model/network.ts';
import { familyOf, prefixContains, prefixesOverlap } from '../model/prefix.ts';
import { ruleText } from '../model/text.ts';
import type { Answer } from '../routing/decision.ts';
import { isVpnDevice } from '../routing/vpn.ts';
import { isHeld } from './another-machine.ts';
import { replyCommand } from './captured-from-outside.ts';
import type { Case } from './cause.ts';
import { cameBack, halfOpen } from './evidence.ts';

/** The server answers the client through a VPN although one of its own subnets holds the client. */
export interface CapturedReply {
  readonly clientAddress: string;
  readonly device: string;
  readonly table: number | undefined;
  readonly rule: Rule | undefined;
  readonly route: Route;
  /** The address whose connected subnet reaches the client directly. */
  readonly direct: Address;
  readonly mechanism: readonly Evidence[];
  /** The kernel of the server gave the same answer for this very flow, and it leads nowhere. */
  readonly confirmed: boolean;
}

export type CaptureVerdict =
  | { readonly is: 'captured'; readonly capture: CapturedReply }
  | { readonly is: 'absent'; readonly because: string }
  | { readonly is: 'unknown'; readonly missing: readonly string[] };

/**
 * Whether the reply of this case is captured by a VPN, whoever is to blame for it.
 *
 * A reply that takes the tunnel and arrives is no fault: asymmetry alone breaks nothing.
 */
export function captureOf(c: Case): CaptureVerdict {
  const { server, client } = c;
  if (!server.facts) return { is: 'unknown', missing: [`rules and routes of ${server.name}`] };
  if (!client.address) return { is: 'unknown', missing: [`address of ${client.name}`] };
  const answer = c.reply.answer;
  if (!answer) return { is: 'unknown', missing: missingRouting(server.facts, client.address) };
  // one of the two was misread, so neither accuses nor rules out
  if (c.reply.agree === false) {
    const both = 'its kernel answers otherwise than the rules and routes that were read';
    return { is: 'unknown', missing: [`${replyCommand(c)} on ${server.name} once more: ${both}`] };
  }

  const direct = directAddress(server.facts, client.address);
  if (!direct) {
    return { is: 'absent', because: `${client.address} is on no subnet of ${server.name}` };
  }
  // with a source that is not its own, a kernel has no answer to anybody
  if (answer.is !== 'route' && isHeld(c) !== true) {
    const other = `ip addr on ${server.name}: ${server.address} is none of the addresses it was seen to have`;
    return { is: 'unknown', missing: [other] };
  }
  if (answer.is !== 'route' || !answer.route || !leadsIntoVpn(server.facts, answer.device)) {
    return { is: 'absent', because: `${server.name} answers ${client.address} ${byWay(answer)}` };
  }
  if (c.probes.some(cameBack)) {
    return { is: 'absent', because: `replies of ${server.name} take ${answer.device} and arrive` };
  }
  // Silence may have other reasons; a SYN-ACK that nobody acknowledged went into the tunnel and on.
  const traceArrives = c.back?.outcome === 'delivered';
  if (traceArrives && halfOpen(c).length === 0) {
    return {
      is: 'absent',
      because: `replies of ${server.name} take ${answer.device} and, as far as routes tell, arrive`,
    };
  }
  return {
    is: 'captured',
    capture: {
      clientAddress: client.address,
      device: answer.device,
      table: answer.table,
      rule: answer.rule,
      route: answer.route,
      direct,
      mechanism: mechanismOf(c, answer, direct),
      confirmed: c.reply.agree === true && !traceArrives,
    },
  };
}

/** The address on a LAN device of `host` whose subnet holds `address`. */
export function directAddress(host: HostFacts, address: string): Address | undefined {
  const { addresses, links } = host.network;
  if (!addresses.seen) return undefined;
  const isDown = (dev: string) =>
    links.seen && links.value.some((link) => link.name === dev && !link.flags.includes('UP'));
  return addresses.value.find(
    (own) =>
      own.prefixLength < (familyOf(own.local) === 'ipv4' ? 32 : 128) &&
      familyOf(own.local) === familyOf(address) &&
      prefixContains(`${own.local}/${own.prefixLength}`, address) &&
      !leadsIntoVpn(host, own.dev) &&
      !isDown(own.dev),
  );
}

export function leadsIntoVpn(host: HostFacts, device: string): boolean {
  const { links } = host.network;
  return isVpnDevice(device, links.seen ? links.value.find((l) => l.name === device) : undefined);
}

/** Of other VPNs tailscaled knows nothing. */
export function isOfTailscale({ device }: Pick<CapturedReply, 'device'>): boolean {
  return device.startsWith('tailscale');
}

/** A rule that asks main first changes nothing then. */
export function isInMain({ route }: Pick<CapturedReply, 'route'>): boolean {
  return route.table === TABLE.main;
}

/**
 * Every other destination on the direct subnet that the same table sends into the same device:
 * hosts as addresses, wider routes as prefixes.
 */
export function alsoCaptured(host: HostFacts, { route, device, direct }: CapturedReply): string[] {
  const routes = host.network.routes[familyOf(direct.local)];
  if (!routes.seen) return [];
  const own = `${direct.local}/${direct.prefixLength}`;
  const prefixes = routes.value
    .filter((r) => r.table === route.table && r.prefix !== route.prefix)
    .filter((r) => r.nexthops.some((hop) => hop.dev === device))
    .filter((r) => prefixesOverlap(r.prefix, own))
    .map(({ prefix }) => prefix.replace(/\/(32|128)$/, ''))
    .filter((prefix) => prefix !== direct.local);
  return [...new Set(prefixes)];
}

function mechanismOf(c: Case, answer: Answer & { is: 'route' }, direct: Address): Evidence[] {
  const { kernel } = c.reply;
  const rule = answer.rule ? `, rule ${answer.rule.priority}` : '';
  const rules = c.server.facts?.network.rules[familyOf(c.server.address)];
  const evidence: Evidence[] = [];
  if (kernel && kernel.answer.is === 'route') {
    evidence.push({
      host: c.server.name,
      command: kernel.command,
      answer: `dev ${kernel.answer.dev} table ${kernel.answer.table}${rule}`,
      atUnixMs: kernel.atUnixMs,
      shows: 'mechanism',
      healthy: `dev ${direct.dev}`,
    });
  }
  if (answer.rule && rules?.seen) {
    evidence.push({
      host: c.server.name,
      command: rules.from,
      answer: ruleText(answer.rule),
      atUnixMs: rules.readAtUnixMs,
      shows: 'mechanism',
    });
  }
  return evidence;
}

function byWay(answer: Answer): string {
  return answer.is === 'route' ? `by ${answer.device}` : `not at all (${answer.errno})`;
}

function missingRouting(host: HostFacts, address: string): string[] {
  const family = familyOf(address);
  const { rules, routes } = host.network;
  const reasons = [rules[family], routes[family]].flatMap((fact) => (fact.seen ? [] : [fact.why]));
  return reasons.length > 0 ? reasons : [`routing decision of ${host.name} for ${address}`];
}
