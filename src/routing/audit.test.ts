import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostOf, nas, node, utility } from '../../test/support/homelab-world.ts';
import { audit } from './audit.ts';
import { traceThereAndBack } from './trace.ts';
import { type HostParts, worldFrom } from './world.ts';

const NFS = { protocol: 'tcp', destinationPort: 2049 } as const;

describe('audit()', () => {
  test('finds the outage of one client and leaves the other alone', () => {
    const world = worldFrom([node(), nas(), utility()]);
    const flow = { ...NFS, destination: '10.0.0.210' };
    const { flows, traces, findings } = audit(world, [
      { from: 'node', flow },
      { from: 'utility', flow },
    ]);
    expect({ flows, traces }).toEqual({ flows: 2, traces: 4 });
    expect(findings).toMatchObject([
      { from: 'node', trace: { leg: 'return', outcome: 'dropped-by-peer' } },
    ]);
  });

  test('a host of which nothing was seen is a finding, not an answer', () => {
    const blind = { ...nas(), missing: { ipv4: ['IPv4 rules of nas: timed out'], ipv6: [] } };
    const flow = { ...NFS, destination: '10.0.0.210' };
    const { findings } = audit(worldFrom([node(), blind]), [{ from: 'node', flow }]);
    expect(findings).toMatchObject([{ trace: { outcome: 'cannot-tell' } }]);
  });
});

const CLIENTS = ['10.1.0.20', '10.1.0.21', '10.2.0.20', '10.2.0.21'];
const SERVERS = ['10.9.0.20', '10.9.0.21'];
const ALL = [...CLIENTS, ...SERVERS];

const prefix = fc.oneof(
  fc.constantFrom(...ALL).map((address) => `${address}/32`),
  fc.constantFrom('10.1.0.0/24', '10.2.0.0/24', '10.9.0.0/24', '10.0.0.0/8', 'default'),
);
const extraRoute = fc
  .tuple(
    prefix,
    fc.constantFrom(
      'blackhole',
      'unreachable',
      'throw',
      'via',
      'via',
      'dev',
      'tunnel',
      'multipath',
    ),
    fc.constantFrom(100, 101, 254),
  )
  .map(([to, kind, table]) => ({ to, kind, table }));
const extraRule = fc
  .tuple(
    fc.constantFrom('from', 'to', 'not from', 'ipproto tcp dport', 'iif'),
    fc.constantFrom(...ALL),
    fc.constantFrom('lookup 100', 'lookup 101', 'lookup 254', 'prohibit'),
    fc.integer({ min: 1, max: 30_000 }),
  )
  .map(([selector, address, action, priority]) => {
    const what =
      selector === 'iif'
        ? 'iif eth0'
        : selector.endsWith('dport')
          ? `${selector} 2049`
          : `${selector} ${address}`;
    const from = selector === 'from' || selector === 'not from' ? '' : 'from all ';
    return `${priority}: ${selector === 'not from' ? `not from ${address}` : `${from}${what}`} ${action}`;
  });
const quirks = fc.record({
  routes: fc.array(extraRoute, { maxLength: 3 }),
  rules: fc.array(extraRule, { maxLength: 2 }),
  rpFilter: fc.constantFrom('0', '0', '1', '2'),
});
type Quirks = {
  routes: { to: string; kind: string; table: number }[];
  rules: string[];
  rpFilter: string;
};

function endHost(address: string, { routes, rules, rpFilter }: Quirks): HostParts {
  const subnet = address.replace(/\d+$/, '');
  const lines = routes.map(({ to, kind, table }) => {
    const suffix = `table ${table} metric ${table === 254 ? 5 : 0}`;
    if (kind === 'via') return `${to} via ${subnet}1 dev eth0 ${suffix}`;
    if (kind === 'dev') return `${to} dev eth0 ${suffix}`;
    if (kind === 'tunnel') return `${to} dev tailscale0 ${suffix}`;
    if (kind === 'multipath') {
      return `${to} ${suffix} nexthop via ${subnet}1 dev eth0 weight 1 nexthop dev tailscale0 weight 1`;
    }
    return `${kind} ${to} ${suffix}`;
  });
  return hostOf({
    id: address,
    addresses: `eth0 ${address}/24\ntailscale0 100.64.9.9/32`,
    routes: [
      `default via ${subnet}1 dev eth0`,
      `${subnet}0/24 dev eth0 proto kernel scope link src ${address}`,
      ...lines,
    ].join('\n'),
    rules: rules.join('\n'),
    sysctls: { 'net.ipv4.conf.eth0.rp_filter': rpFilter },
  });
}

function routerHost({ routes, rules }: Quirks): HostParts {
  const legs = ['1', '2', '9'];
  return hostOf({
    id: 'router',
    addresses: legs.map((leg) => `lan${leg} 10.${leg}.0.1/24`).join('\n'),
    routes: [
      ...legs.map((leg) => `10.${leg}.0.0/24 dev lan${leg} scope link src 10.${leg}.0.1`),
      ...routes
        .filter(({ kind }) => !['via', 'dev', 'tunnel', 'multipath'].includes(kind))
        .map(({ to, kind, table }) => `${kind} ${to} table ${table} metric 5`),
    ].join('\n'),
    rules: rules.map((rule) => rule.replace('eth0', 'lan1')).join('\n'),
    sysctls: Object.fromEntries(legs.map((leg) => [`net.ipv4.conf.lan${leg}.forwarding`, '1'])),
  });
}

describe('audit() against tracing each flow', () => {
  test('finds the same', () => {
    fc.assert(
      fc.property(fc.array(quirks, { minLength: 7, maxLength: 7 }), (all) => {
        const [forRouter, ...forHosts] = all as [Quirks, ...Quirks[]];
        const hosts = ALL.map((address, at) => endHost(address, forHosts[at] as Quirks));
        const world = worldFrom([routerHost(forRouter), ...hosts]);
        const flows = ALL.flatMap((from) =>
          ALL.filter((to) => to !== from).flatMap((destination) => [
            { from, flow: { ...NFS, destination } },
            { from, flow: { ...NFS, destination, source: from } },
          ]),
        );
        const found = audit(world, flows).findings.map(({ trace }) => trace);
        const traced = flows.flatMap(({ from, flow }) => {
          const { forward, back } = traceThereAndBack(world, flow, from);
          return [forward, back].filter((leg) => leg && leg.outcome !== 'delivered').slice(0, 1);
        });
        expect(found).toEqual(traced);
      }),
      { numRuns: 150 },
    );
  });
});
