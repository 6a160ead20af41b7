import { prefixContains } from '../../src/model/prefix.ts';
import { OWN_IPV4 } from './generate-addresses.ts';
import { DEVICES } from './generate-links.ts';
import type { Random } from './random.ts';
import type { Step } from './scenario.ts';

/** Tables that rules and routes name; 7 never holds a route. */
export const TABLES = [52, 100, 253, 254, 254, 254, 255, 1000, 70000] as const;

const BASES = [
  '10.0.0.0',
  '10.0.0.197',
  '10.0.1.0',
  '10.1.0.0',
  '10.2.7.0',
  '10.255.0.0',
  '172.16.0.0',
  '192.168.0.0',
  '100.64.0.0',
  '21.5.0.0',
  '0.0.0.0',
  '128.0.0.0',
  '224.0.0.0',
  '239.1.2.0',
  '255.255.255.255',
] as const;
const LENGTHS = [0, 0, 0, 1, 4, 7, 8, 9, 12, 15, 16, 16, 17, 20, 23, 24, 24, 25, 28, 30, 31, 32];
const GATEWAYS = [
  '10.0.0.9',
  '10.0.0.10',
  '10.1.0.9',
  '10.2.0.9',
  '172.16.0.9',
  '192.168.0.9',
] as const;
/** An address of this host; only for scenarios in which it stays one. */
export const OWN_GATEWAY = '10.0.0.1';
const VERBS = ['add', 'add', 'add', 'append', 'prepend', 'replace'];
const ERRORS = ['blackhole', 'unreachable', 'prohibit', 'throw'] as const;

/**
 * What a gateway resolved to when its route was added is never shown again. So nothing that would
 * make one a local address may come and go: local and host-scope routes keep clear of gateways.
 */
function clearPrefix(random: Random): string {
  for (;;) {
    const prefix = ipv4Prefix(random);
    if (![...GATEWAYS, OWN_GATEWAY].some((gateway) => prefixContains(prefix, gateway)))
      return prefix;
  }
}

export function ipv4Prefix(random: Random): string {
  const base = random.pick(BASES).split('.').map(Number);
  const value = base.reduce((sum, octet) => sum * 256 + octet, 0);
  const length = random.pick(LENGTHS);
  const network = Math.floor(value / 2 ** (32 - length)) * 2 ** (32 - length);
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256);
  return `${octets.join('.')}/${length}`;
}

/** Nexthop objects and groups, and later the routes that use them. */
export function nexthopSteps4(random: Random): Step[] {
  const steps: Step[] = [];
  const add = (text: string) => steps.push({ by: 'ipv4', text });
  // a group has no family of its own
  const group = (text: string) => steps.push({ by: 'both', text });
  for (let id = 1; id <= 4; id++) {
    const device = random.pick(DEVICES);
    add(
      random.oneIn(6)
        ? `nexthop add id ${id} blackhole`
        : `nexthop add id ${id} via ${gatewayOf(random)} dev ${device}${random.maybe(2, () => 'onlink')}`,
    );
  }
  add(`nexthop add id 5 dev ${random.pick(DEVICES)}`);
  group('nexthop add id 11 group 1/2');
  group(`nexthop add id 12 group 2,3/3/4,${1 + random.below(9)}`);
  return steps;
}

export function routeSteps4(random: Random, count: number): Step[] {
  return Array.from({ length: count }, () => ({ by: 'ipv4', text: routeOf(random) }));
}

function routeOf(random: Random): string {
  const table = random.maybe(2, () => `table ${random.pick(TABLES)}`);
  const tos = random.maybe(6, () => `tos ${random.pick(['0x04', '0x08', '0x10', '0x1c'])}`);
  const metric = random.maybe(2, () => `metric ${random.pick([1, 5, 10, 100])}`);
  const verb = random.pick(VERBS);
  const head = (type: string, prefix = ipv4Prefix(random)) =>
    `route ${verb} ${type}${prefix}${tos}${table}${metric}`;
  switch (random.below(10)) {
    case 0:
      return head(`${random.pick(ERRORS)} `);
    case 1: {
      const type = random.pick(['local', 'local', 'broadcast', 'multicast', 'anycast']);
      return `${head(`${type} `, clearPrefix(random))} dev ${random.pick(DEVICES)}${sourceOf(random)}`;
    }
    case 2:
      return `${head('')}${sourceOf(random)} ${hopsOf(random)}`;
    case 3:
      return `${head('')} nhid ${random.pick([1, 2, 3, 4, 5, 11, 12])}${sourceOf(random)}`;
    case 4:
      return `${head('')} via inet6 fe80::99 dev ${random.pick(DEVICES)}${sourceOf(random)}`;
    case 5:
    case 6: {
      const scope = random.maybe(
        3,
        () => `scope ${random.pick(['link', 'global', 'host', '200'])}`,
      );
      return `${head('', clearPrefix(random))} dev ${random.pick(DEVICES)}${scope}${sourceOf(random)}`;
    }
    default:
      return `${head('')} ${hopOf(random)}${sourceOf(random)}`;
  }
}

function gatewayOf(random: Random): string {
  return random.pick([...GATEWAYS, OWN_GATEWAY]);
}

function sourceOf(random: Random): string {
  return random.maybe(5, () => `src ${random.pick(OWN_IPV4)}`);
}

function hopOf(random: Random): string {
  const gateway = `via ${gatewayOf(random)}`;
  if (random.oneIn(2)) return `${gateway} dev ${random.pick(DEVICES)} onlink`;
  return random.oneIn(2) ? gateway : `${gateway} dev ${random.pick(DEVICES)}`;
}

function hopsOf(random: Random): string {
  const hop = () => {
    const way = random.oneIn(4) ? `dev ${random.pick(DEVICES)}` : hopOf(random);
    return `nexthop ${way.replace(' onlink', '')} weight ${1 + random.below(9)}${way.endsWith('onlink') ? ' onlink' : ''}`;
  };
  return Array.from({ length: 2 + random.below(3) }, hop).join(' ');
}

/** States of neighbours, on which the choice among several ways may hang. */
export function neighbourSteps4(random: Random): Step[] {
  const steps: Step[] = [];
  for (const gateway of [...GATEWAYS, '10.0.0.197']) {
    for (const device of DEVICES) {
      if (!random.oneIn(4)) continue;
      const state = random.pick([
        'permanent',
        'reachable',
        'stale',
        'failed',
        'noarp',
        'incomplete',
      ]);
      const mac = state === 'failed' || state === 'incomplete' ? '' : ' lladdr 02:00:00:00:00:99';
      steps.push({ by: 'ipv4', text: `neigh replace ${gateway} dev ${device}${mac} nud ${state}` });
    }
  }
  return steps;
}
