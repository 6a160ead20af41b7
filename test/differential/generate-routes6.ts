import { OWN_IPV6 } from './generate-addresses.ts';
import { DEVICES } from './generate-links.ts';
import { TABLES } from './generate-routes4.ts';
import type { Random } from './random.ts';
import type { Step } from './scenario.ts';

/** As groups of 16 bits, so that a prefix can be cut anywhere. */
const BASES: readonly (readonly number[])[] = [
  [0xfd00, 0, 0, 0, 0, 0, 0, 0],
  [0xfd00, 0, 0, 0, 0, 0, 0, 0x197],
  [0xfd00, 0, 0, 1, 0xaa, 0, 0, 0],
  [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0],
  [0x2001, 0xdb8, 1, 2, 3, 4, 5, 6],
  [0x2002, 0xa00, 1, 0, 0, 0, 0, 0],
  [0x2a01, 0, 0, 0, 0, 0, 0, 0],
  [0xfe80, 0, 0, 0, 0, 0, 0, 0x99],
  [0xff02, 0, 0, 0, 0, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0],
];
const LENGTHS = [
  0, 0, 0, 1, 3, 7, 8, 10, 16, 16, 29, 32, 33, 48, 48, 56, 63, 64, 64, 65, 80, 112, 127, 128, 128,
];
const GATEWAYS = [
  'fd00::9',
  'fd00::a',
  'fd00:0:0:1::9',
  'fe80::99',
  'fe80::98',
  '2001:db8::9',
] as const;
const VERBS = ['add', 'add', 'add', 'replace'];
const ERRORS = ['blackhole', 'unreachable', 'prohibit', 'throw'] as const;

export function ipv6Prefix(random: Random): string {
  const length = random.pick(LENGTHS);
  const groups = random.pick(BASES).map((group, at) => {
    const kept = Math.max(0, Math.min(16, length - 16 * at));
    return group & ((0xffff << (16 - kept)) & 0xffff);
  });
  return `${groups.map((group) => group.toString(16)).join(':')}/${length}`;
}

export function nexthopSteps6(random: Random): Step[] {
  const steps: Step[] = [];
  const add = (text: string) => steps.push({ by: 'ipv6', text });
  // a group has no family of its own
  const group = (text: string) => steps.push({ by: 'both', text });
  for (let id = 21; id <= 24; id++) {
    add(
      random.oneIn(6)
        ? `nexthop add id ${id} blackhole`
        : `nexthop add id ${id} via ${random.pick(GATEWAYS)} dev ${random.pick(DEVICES)}${random.maybe(2, () => 'onlink')}`,
    );
  }
  add(`nexthop add id 25 dev ${random.pick(DEVICES)}`);
  group('nexthop add id 31 group 21/22');
  group('nexthop add id 32 group 22,3/23/24,7');
  return steps;
}

/** `sources` allows source-specific routes. */
export function routeSteps6(
  random: Random,
  { count, sources }: { count: number; sources: boolean },
): Step[] {
  return Array.from({ length: count }, () => ({ by: 'ipv6', text: routeOf(random, sources) }));
}

/**
 * A dump shows siblings together, with the `src` and preference of the first, and leaves out what
 * stands between them (docs/lab/routing-ipv6.md). So appended siblings have a metric of their own.
 */
const SIBLING_METRIC = 7;

/** Devices that compete by preference alone; without gateways they are no siblings. */
const CONTEST_METRIC = 8;

/**
 * Routes to one prefix whose first router is silent, so that the preference of the others decides,
 * whatever their metrics are.
 */
export function contestSteps6(random: Random): Step[] {
  return Array.from({ length: 3 }, () => {
    const where = `${ipv6Prefix(random)}${random.maybe(3, () => `table ${random.pick(TABLES)}`)}`;
    const [gateway, device] = [random.pick(GATEWAYS), random.pick(DEVICES)];
    const preferred = Array.from({ length: 3 }, () => {
      const metric = random.pick([CONTEST_METRIC, CONTEST_METRIC, 1024, 2000]);
      const pref = random.pick(['low', 'medium', 'high']);
      return `route append ${where} metric ${metric} dev ${random.pick(DEVICES)} pref ${pref}`;
    });
    return [
      `route append ${where} metric 3 via ${gateway} dev ${device} onlink`,
      ...preferred,
      `neigh replace ${gateway} dev ${device} nud failed`,
    ];
  })
    .flat()
    .map((text) => ({ by: 'ipv6', text }));
}

function routeOf(random: Random, sources: boolean): string {
  const table = random.maybe(2, () => `table ${random.pick(TABLES)}`);
  const from = sources ? random.maybe(4, () => `from ${ipv6Prefix(random)}`) : '';
  const prefix = ipv6Prefix(random);
  if (random.oneIn(5)) {
    return `route append ${prefix}${from}${table} metric ${SIBLING_METRIC} ${hopOf(random)}`;
  }
  const metric = random.maybe(2, () => `metric ${random.pick([1, 5, 256, 1024, 2000])}`);
  const verb = random.pick(VERBS);
  const head = (type: string) => `route ${verb} ${type}${prefix}${from}${table}${metric}`;
  const pref = random.maybe(3, () => `pref ${random.pick(['low', 'medium', 'high'])}`);
  const source = sourceOf(random);
  switch (random.below(10)) {
    case 0:
      return head(`${random.pick(ERRORS)} `);
    case 1: {
      const type = random.pick(['local', 'local', 'anycast', 'multicast']);
      return `${head(`${type} `)} dev ${random.pick(DEVICES)}`;
    }
    case 2: {
      const hops = Array.from(
        { length: 2 + random.below(3) },
        () => `nexthop ${hopOf(random)} weight ${1 + random.below(9)}`,
      );
      return `${head('')}${pref} ${hops.join(' ')}`;
    }
    case 3:
      return `${head('')} nhid ${random.pick([21, 22, 23, 24, 25, 31, 32])}`;
    case 4:
    case 5:
      return `${head('')} dev ${random.pick(DEVICES)}${source}${pref}`;
    default:
      return `${head('')} ${hopOf(random)}${source}${pref}`;
  }
}

function sourceOf(random: Random): string {
  return random.maybe(5, () => `src ${random.pick(OWN_IPV6)}`);
}

function hopOf(random: Random): string {
  return `via ${random.pick(GATEWAYS)} dev ${random.pick(DEVICES)}${random.maybe(3, () => 'onlink')}`;
}

export function neighbourSteps6(random: Random): Step[] {
  const steps: Step[] = [];
  for (const gateway of GATEWAYS) {
    for (const device of DEVICES) {
      if (!random.oneIn(4)) continue;
      const state = random.pick([
        'permanent',
        'reachable',
        'stale',
        'failed',
        'failed',
        'incomplete',
      ]);
      const mac = state === 'failed' || state === 'incomplete' ? '' : ' lladdr 02:00:00:00:00:99';
      steps.push({ by: 'ipv6', text: `neigh replace ${gateway} dev ${device}${mac} nud ${state}` });
    }
  }
  return steps;
}
