import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nas, node } from '../../test/support/homelab-world.ts';
import { readIpv4, writeIpv4 } from '../model/address.ts';
import type { NetworkState, Route, Rule } from '../model/network.ts';
import { canonicalPrefix, familyOf } from '../model/prefix.ts';
import { decideOutput } from './decide-output.ts';
import type { Asker, Decision } from './decision.ts';
import { compileKernel } from './kernel.ts';
import { type ChangedRange, whatIf } from './whatif.ts';
import { applyChange, type Change } from './whatif-change.ts';
import { rangeDecision, sameDecision } from './whatif-identity.ts';
import type { QuestionTemplate } from './whatif-question.ts';

/** Random cases for each property; more for a release. */
const RUNS = Number(process.env['RETURNPATH_PROPERTY_RUNS'] ?? 50);

const REPLY = { family: 'ipv4', source: '10.0.0.210', protocol: 6, asker: 'reply' } as const;

function way({ answers: [answer] }: Decision): string {
  if (answer.is === 'error') return answer.errno;
  return `${answer.device} table ${answer.table} rule ${answer.rule?.priority}`;
}

describe('whatIf()', () => {
  const { state, tailscale } = nas();

  test('shows exactly the address that stops being captured when routes are not accepted', () => {
    const after = applyChange(state, { kind: 'stop-accepting-routes' }, tailscale);
    const changed = whatIf(state, after, REPLY);
    expect(
      changed.map(({ first, last, before, after }) => [first, last, way(before), way(after)]),
    ).toEqual([
      ['10.0.0.197', '10.0.0.197', 'tailscale0 table 52 rule 5270', 'enp1s0 table 254 rule 32766'],
    ]);
  });

  test('shows that a LAN rule changes nothing but what was captured', () => {
    const rule: Rule = {
      priority: 2500,
      to: '10.0.0.0/24',
      action: { kind: 'lookup', table: 254 },
    };
    const after = applyChange(state, { kind: 'add-rule', family: 'ipv4', rule });
    const changed = whatIf(state, after, REPLY);
    // the rest of the LAN takes the same route, only another rule says so
    expect(
      changed.map(({ first, last, before, after }) => [first, last, way(before), way(after)]),
    ).toEqual([
      ['10.0.0.0', '10.0.0.196', 'enp1s0 table 254 rule 32766', 'enp1s0 table 254 rule 2500'],
      ['10.0.0.197', '10.0.0.197', 'tailscale0 table 52 rule 5270', 'enp1s0 table 254 rule 2500'],
      ['10.0.0.198', '10.0.0.209', 'enp1s0 table 254 rule 32766', 'enp1s0 table 254 rule 2500'],
      ['10.0.0.211', '10.0.0.255', 'enp1s0 table 254 rule 32766', 'enp1s0 table 254 rule 2500'],
    ]);
  });

  test('finds nothing between equal states that were read twice', () => {
    expect(whatIf(state, structuredClone(state), REPLY)).toEqual([]);
  });

  test('a route that takes a gateway from the host itself matters behind that gateway', () => {
    const { state: plain } = nas({ table52: '' });
    // 10.0.0.1, the gateway, is an address of this host: packets do not go to it
    const own: Route = {
      table: 254,
      type: 'local',
      prefix: '10.0.0.0/30',
      tos: 0,
      metric: 0,
      scope: 'host',
      flags: [],
      nexthops: [{ dev: 'enp1s0', weight: 1, flags: [] }],
    };
    const before = { ...plain, routes: { ...plain.routes, ipv4: [...plain.routes.ipv4, own] } };
    const host: Route = {
      ...own,
      type: 'unicast',
      prefix: '10.0.0.1/32',
      scope: 'link',
    };
    const after = applyChange(before, { kind: 'add-route', family: 'ipv4', route: host });
    const changed = whatIf(before, after, REPLY);
    expect(changed.some(({ first, last }) => inRange('192.0.2.1', { first, last }))).toBe(true);
  });

  test('a device that goes down takes its destinations to the next way', () => {
    const { state: before } = node();
    const after = applyChange(before, { kind: 'device-down', device: 'eth0' });
    const changed = whatIf(before, after, { family: 'ipv4', asker: 'tcp-connect' });
    expect(changed.every(({ before: was }) => way(was).startsWith('eth0'))).toBe(true);
    expect(changed.every(({ after: is }) => way(is) === 'ENETUNREACH')).toBe(true);
    const size = changed.reduce(
      (sum, { first, last }) => sum + readIpv4(last) - readIpv4(first) + 1,
      0,
    );
    // all but this host, its loopback, its pods and 0.0.0.0 (this host)
    expect(size).toBe(2 ** 32 - 2 ** 24 - 256 - 1 - 1);
  });
});

const prefix4 = fc
  .tuple(
    fc.integer({ min: 0, max: 0xffffffff }),
    fc.constantFrom(0, 8, 9, 12, 16, 24, 25, 30, 31, 32),
    fc.boolean(),
  )
  .map(([address, length, near]) => {
    // most near each other, so that they nest and overlap
    const close = near ? (0x0a000000 | (address & 0x3ff)) >>> 0 : address;
    return canonicalPrefix(`${writeIpv4(close)}/${length}`, 'ipv4');
  });
const prefix6 = fc
  .tuple(
    fc.integer({ min: 0, max: 0xffff }),
    fc.constantFrom(0, 7, 16, 32, 64, 120, 127, 128),
    fc.boolean(),
  )
  .map(([tail, length, near]) =>
    canonicalPrefix(
      near
        ? `fd00:1::${(tail & 0x3ff).toString(16)}/${length}`
        : `2a00:${tail.toString(16)}::/${length}`,
      'ipv6',
    ),
  );

function routesIn(family: 'ipv4' | 'ipv6'): fc.Arbitrary<Route> {
  const gateways =
    family === 'ipv4' ? ['10.0.0.1', '10.0.1.9', '10.0.0.210'] : ['fd00:1::9', 'fd00:2::9'];
  const hop = fc.record({
    dev: fc.constantFrom('eth0', 'eth1', 'tailscale0'),
    gateway: fc.option(fc.constantFrom(...gateways), { nil: undefined }),
    weight: fc.constant(1),
    flags: fc.constantFrom<string[]>([], [], [], ['onlink'], ['dead'], ['linkdown']),
  });
  return fc
    .record({
      table: fc.constantFrom(52, 100, 254, 254, 255),
      type: fc.constantFrom<Route['type']>(
        'unicast',
        'unicast',
        'unicast',
        'unicast',
        'local',
        'blackhole',
        'throw',
        'prohibit',
        'unreachable',
      ),
      prefix: family === 'ipv4' ? prefix4 : prefix6,
      tos: fc.constant(0),
      metric: fc.constantFrom(0, 100),
      scope: fc.constantFrom('global', 'link'),
      flags: fc.constant<string[]>([]),
      hops: fc.oneof(
        { weight: 5, arbitrary: hop.map((one) => [one]) },
        { weight: 1, arbitrary: fc.tuple(hop, hop) },
      ),
    })
    .map(({ hops, ...route }) => ({
      ...route,
      ...(family === 'ipv6'
        ? { pref: 'medium' as const, metric: 1024 + route.metric, scope: 'global' }
        : {}),
      ...(route.type === 'local' ? { scope: family === 'ipv4' ? 'host' : 'global' } : {}),
      nexthops: ['unicast', 'local'].includes(route.type)
        ? hops.map(({ gateway, ...rest }) =>
            gateway && route.type === 'unicast' ? { ...rest, gateway } : rest,
          )
        : [],
    }));
}

function rulesIn(family: 'ipv4' | 'ipv6'): fc.Arbitrary<Rule> {
  const prefix = family === 'ipv4' ? prefix4 : prefix6;
  const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.option(arbitrary, { nil: undefined, freq: 2 });
  return fc
    .record({
      priority: fc.integer({ min: 1, max: 30_000 }),
      not: fc.option(fc.constant(true), { nil: undefined, freq: 6 }),
      from: optional(prefix),
      to: optional(prefix),
      suppressPrefixLength: fc.option(fc.constantFrom(0, 24), { nil: undefined, freq: 8 }),
      action: fc.oneof(
        {
          weight: 8,
          arbitrary: fc
            .constantFrom(52, 100, 254)
            .map((table) => ({ kind: 'lookup' as const, table })),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            { kind: 'prohibit' as const },
            { kind: 'nop' as const },
            { kind: 'goto' as const, priority: 32_766 },
          ),
        },
      ),
    })
    .map(
      (rule) =>
        Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as Rule,
    );
}

const states: fc.Arbitrary<NetworkState> = fc
  .record({
    ipv4: fc.array(routesIn('ipv4'), { maxLength: 14 }),
    ipv6: fc.array(routesIn('ipv6'), { maxLength: 10 }),
    rules4: fc.array(rulesIn('ipv4'), { maxLength: 4 }),
    rules6: fc.array(rulesIn('ipv6'), { maxLength: 3 }),
    localTable: fc.constantFrom<NetworkState['localTable']>(
      'split',
      'split',
      'split',
      'merged',
      'unknown',
    ),
  })
  .map(({ ipv4, ipv6, rules4, rules6, localTable }) => {
    const { state } = nas();
    const [local, ...others] = state.rules.ipv4;
    return {
      ...state,
      addresses: [
        ...state.addresses,
        { dev: 'eth0', local: 'fd00:1::5', prefixLength: 64, scope: 'global', flags: [] },
        {
          dev: 'eth1',
          local: '2a00:1::5',
          prefixLength: 48,
          scope: 'global',
          flags: ['deprecated'],
        },
        { dev: 'eth1', local: 'fd00:2::5', prefixLength: 16, scope: 'global', flags: [] },
      ],
      links: ['lo', 'eth0', 'eth1', 'tailscale0', 'enp1s0'].map((name, at) => ({
        index: at + 1,
        name,
        flags: name === 'lo' ? ['LOOPBACK', 'UP'] : ['UP'],
        mtuBytes: 1500,
      })),
      routes: { ipv4: [...state.routes.ipv4, ...ipv4], ipv6 },
      rules: {
        ipv4: [local, ...rules4, ...others].filter((rule) => rule !== undefined),
        ipv6: [local, ...rules6, ...others.slice(-2)].filter((rule) => rule !== undefined),
      },
      localTable,
    };
  });

const changes: fc.Arbitrary<Change | 'nothing'> = fc.oneof(
  rulesIn('ipv4').map((rule): Change => ({ kind: 'add-rule', family: 'ipv4', rule })),
  rulesIn('ipv6').map((rule): Change => ({ kind: 'add-rule', family: 'ipv6', rule })),
  routesIn('ipv4').map((route): Change => ({ kind: 'add-route', family: 'ipv4', route })),
  routesIn('ipv6').map((route): Change => ({ kind: 'add-route', family: 'ipv6', route })),
  fc
    .constantFrom(52, 100, 254)
    .map((table): Change => ({ kind: 'del-route', family: 'ipv4', wanted: { table } })),
  fc
    .constantFrom(52, 100, 254)
    .map((table): Change => ({ kind: 'del-route', family: 'ipv6', wanted: { table } })),
  fc.constant<Change>({ kind: 'del-rule', family: 'ipv4', wanted: { priority: 5270 } }),
  fc.constantFrom('eth0', 'enp1s0').map((device): Change => ({ kind: 'device-down', device })),
  fc.constant<Change>({ kind: 'stop-accepting-routes' }),
  fc.constantFrom('10.0.0.7/24', '10.0.1.9/32', 'fd00:1::7/64').map((text): Change => {
    const [local = '', length] = text.split('/');
    return {
      kind: 'add-address',
      address: { dev: 'eth0', local, prefixLength: Number(length), scope: 'global', flags: [] },
    };
  }),
);

const askers: readonly { asker: Asker; source?: string; oif?: string }[] = [
  { asker: 'tcp-connect' },
  { asker: 'route-get' },
  { asker: 'udp-send', oif: 'eth0' },
  { asker: 'reply', source: '10.0.0.210' },
];

/** The change, or the state as it was where the kernel would refuse it. */
function changed(state: NetworkState, change: Change | 'nothing'): NetworkState {
  try {
    return change === 'nothing' ? state : applyChange(state, change);
  } catch (error) {
    if (error instanceof RangeError) return state;
    throw error;
  }
}

/** Addresses at which something is likely to change its mind, and some in between. */
function interesting(
  states: readonly NetworkState[],
  family: 'ipv4' | 'ipv6',
  more: readonly number[],
): string[] {
  const prefixes = states.flatMap(({ routes, rules, addresses }) => [
    ...routes[family].map(({ prefix }) => prefix),
    ...rules[family].flatMap(({ from, to }) => [from, to]).filter((p) => p !== undefined),
    ...addresses.map(({ local }) => local).filter((local) => familyOf(local) === family),
  ]);
  if (family === 'ipv6') {
    return [
      ...prefixes.map((p) => p.replace(/\/.*/, '')),
      ...more.map((n) => `fd00:1::${(n & 0xfff).toString(16)}`),
      '2a00:77::1',
      'ff02::1',
      'fe80::1',
      '::1',
    ];
  }
  const numbers = prefixes.flatMap((p) => {
    const [address = '', length = '32'] = p.split('/');
    const first = readIpv4(address);
    const end = first + 2 ** (32 - Number(length));
    return [first - 1, first, first + 1, end - 1, end];
  });
  return [...numbers, ...more, 0, 0xffffffff, 0xe0000001]
    .filter((n) => n >= 0 && n <= 0xffffffff)
    .map((n) => writeIpv4(n));
}

function inRange(address: string, { first, last }: { first: string; last: string }): boolean {
  const number = (text: string) =>
    text.includes(':') ? BigInt(`0x${expand(text)}`) : BigInt(readIpv4(text));
  return number(first) <= number(address) && number(address) <= number(last);
}

function expand(text: string): string {
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
    .map((g) => g.padStart(4, '0'))
    .join('');
}

/** States of the plainest kind, whose changed routes are swept without asking the engine. */
const plainStates: fc.Arbitrary<NetworkState> = fc
  .record({
    routes: fc.array(
      fc.record({
        table: fc.constantFrom(52, 100, 254, 254),
        type: fc.constantFrom<Route['type']>('unicast', 'unicast', 'unicast', 'throw', 'blackhole'),
        prefix: prefix4,
        metric: fc.constantFrom(0, 0, 100),
        dev: fc.constantFrom('eth0', 'enp1s0', 'tailscale0'),
      }),
      { maxLength: 20 },
    ),
    rules: fc.array(
      fc.record({
        priority: fc.integer({ min: 1, max: 30_000 }),
        to: fc.option(prefix4, { nil: undefined }),
        table: fc.constantFrom(52, 100, 254),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ routes, rules }) => {
    const { state } = nas();
    const more = routes.map(
      ({ dev, ...route }): Route => ({
        ...route,
        tos: 0,
        scope: 'link',
        flags: [],
        nexthops: route.type === 'unicast' ? [{ dev, weight: 1, flags: [] }] : [],
      }),
    );
    const plain = rules.map(
      ({ priority, to, table }): Rule => ({
        priority,
        ...(to === undefined ? {} : { to }),
        action: { kind: 'lookup', table },
      }),
    );
    const eth0 = { index: 9, name: 'eth0', flags: ['UP'], mtuBytes: 1500 };
    return {
      ...state,
      links: [...state.links, eth0],
      routes: { ...state.routes, ipv4: [...state.routes.ipv4, ...more] },
      rules: { ...state.rules, ipv4: [...state.rules.ipv4, ...plain] },
    };
  });

interface Asked {
  /** Before and after. */
  readonly states: readonly [NetworkState, NetworkState];
  readonly template: QuestionTemplate;
  readonly destinations: readonly string[];
  /** Where a state was read again its decisions are other objects, which cannot be compared. */
  readonly placesOnly?: boolean;
}

/** Asks both kernels about each destination: the ranges must say the same. */
function expectAsAsked(
  ranges: readonly ChangedRange[],
  { states, template, destinations, placesOnly = false }: Asked,
): void {
  const kernels = states.map((state) => compileKernel(state));
  for (const destination of destinations) {
    const [was, is] = kernels.map((kernel) =>
      rangeDecision(decideOutput(kernel, { ...template, destination })),
    ) as [Decision, Decision];
    const found = ranges.filter((range) => inRange(destination, range));
    expect(found.length, destination).toBe(sameDecision(was, is) ? 0 : 1);
    const [range] = found;
    if (!range || placesOnly) continue;
    expect(sameDecision(range.before, was), destination).toBe(true);
    expect(sameDecision(range.after, is), destination).toBe(true);
  }
}

describe('whatIf() against asking address by address', () => {
  test.each(askers)('agrees for $asker', (asker) => {
    fc.assert(
      fc.property(
        states,
        changes,
        fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 5, maxLength: 15 }),
        fc.constantFrom('ipv4' as const, 'ipv6' as const),
        fc.boolean(),
        (before, change, more, family, reread) => {
          if (family === 'ipv6' && asker.source) return;
          const made = changed(before, change);
          const after = reread ? structuredClone(made) : made;
          const template = { family, protocol: 6, ...asker };
          const destinations = interesting([before, made], family, more).filter(
            (destination) => !destination.startsWith('::ffff'),
          );
          expectAsAsked(whatIf(before, after, template), {
            states: [before, made],
            template,
            destinations,
            placesOnly: reread,
          });
        },
      ),
      { numRuns: RUNS },
    );
  });

  test.each(askers)('agrees for $asker where all is plain and routes change', (asker) => {
    fc.assert(
      fc.property(
        plainStates,
        fc.array(fc.tuple(fc.nat(40), fc.boolean()), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 5, maxLength: 15 }),
        (before, touched, more) => {
          // some routes go, some come back in another place of the list
          const gone = new Set(touched.map(([at]) => before.routes.ipv4[at]));
          const back = touched.flatMap(([at, stays]) => {
            const route = before.routes.ipv4[at];
            return route && stays ? [{ ...route, metric: route.metric + 1 }] : [];
          });
          const left = before.routes.ipv4.filter(
            (route) => !gone.has(route) || route.type === 'local',
          );
          const after = { ...before, routes: { ...before.routes, ipv4: [...back, ...left] } };
          const template = { family: 'ipv4' as const, protocol: 6, ...asker };
          expectAsAsked(whatIf(before, after, template), {
            states: [before, after],
            template,
            destinations: interesting([before, after], 'ipv4', more),
          });
        },
      ),
      { numRuns: RUNS },
    );
  });
});
