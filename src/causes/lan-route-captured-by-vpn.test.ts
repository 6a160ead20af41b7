import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../diagnose/diagnose.ts';
import type { HostFacts } from '../model/host.ts';
import type { Route } from '../model/network.ts';
import type { CounterSample, KernelRoute } from '../model/observation.ts';
import { Snapshot } from '../model/snapshot.ts';
import type { TailscalePeer } from '../model/tailscale.ts';
import { makePlan } from '../planning/make-plan.ts';

const RECORDED = Snapshot.parse(
  JSON.parse(readFileSync('test/scenarios/accept-routes.snapshot.json', 'utf8')),
);

/** The NAS seen in another way. */
function withNas(change: (network: HostFacts['network']) => HostFacts['network']): Snapshot {
  const { nas } = RECORDED.hosts;
  if (!nas) throw new Error('Cannot find the NAS');
  const hosts = { ...RECORDED.hosts, nas: { ...nas, network: change(nas.network) } };
  return { ...RECORDED, hosts };
}

/** The kernel of the NAS answers otherwise. */
function withKernel(
  snapshot: Snapshot,
  answer: Partial<Extract<KernelRoute['answer'], { is: 'route' }>>,
): Snapshot {
  const observations = snapshot.observations.map((o) =>
    o.kind === 'kernel-route' && o.flow.destination === '10.0.0.197' && o.answer.is === 'route'
      ? { ...o, answer: { ...o.answer, ...answer } }
      : o,
  );
  return { ...snapshot, observations };
}

describe('a kernel of the server that contradicts its rules and routes', () => {
  const withoutRule = withNas((network) => {
    const { ipv4 } = network.rules;
    if (!ipv4.seen) throw new Error('Cannot find the rules');
    const value = ipv4.value.filter(({ priority }) => priority !== 5270);
    return { ...network, rules: { ...network.rules, ipv4: { ...ipv4, value } } };
  });

  test.each([
    {
      when: 'the kernel says the LAN and the rules say the tunnel',
      snapshot: withKernel(RECORDED, { dev: 'enp1s0', table: 254 }),
    },
    { when: 'the kernel says the tunnel and the rules say the LAN', snapshot: withoutRule },
  ])('neither accuses nor rules out: $when', ({ snapshot }) => {
    const { verdict, findings, ruledOut, next, disagreements } = diagnose(snapshot);
    expect(disagreements).not.toEqual([]);
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
    expect(ruledOut.map(({ cause }) => cause)).not.toContain('lan-route-captured-by-vpn');
    expect(next.join('\n')).toContain(
      'ip route get 10.0.0.197 from 10.0.0.210 on truenas once more',
    );
  });
});

describe('a route of another VPN than Tailscale, which accepts routes to elsewhere', () => {
  const byWireGuard = (table: number): Route => ({
    table,
    type: 'unicast',
    prefix: '10.0.0.128/25',
    tos: 0,
    metric: 0,
    flags: [],
    nexthops: [{ dev: 'wg0', weight: 1, flags: [] }],
  });

  /** The NAS has that route, and a rule for its table if that is not main. */
  function withWireGuard(table: number): Snapshot {
    const snapshot = withNas((network) => {
      const [routes, rules] = [network.routes.ipv4, network.rules.ipv4];
      const { links } = network;
      if (!routes.seen || !rules.seen || !links.seen) throw new Error('Cannot find the routing');
      const elsewhere = routes.value.filter(
        ({ table: one, prefix }) => one !== 52 || !prefix.startsWith('10.0.0.'),
      );
      const asked =
        table === 254 ? [] : [{ priority: 32_000, action: { kind: 'lookup' as const, table } }];
      const wg0 = { index: 99, name: 'wg0', flags: ['UP'], mtuBytes: 1420, kind: 'wireguard' };
      return {
        ...network,
        links: { ...links, value: [...links.value, wg0] },
        routes: {
          ...network.routes,
          ipv4: { ...routes, value: [...elsewhere, byWireGuard(table)] },
        },
        rules: { ...network.rules, ipv4: { ...rules, value: [...rules.value, ...asked] } },
      };
    });
    return withKernel(snapshot, { dev: 'wg0', table });
  }

  function findingOf(snapshot: Snapshot) {
    const [finding] = diagnose(snapshot).findings;
    expect(finding).toMatchObject({
      cause: 'lan-route-captured-by-vpn',
      certainty: 'proven',
      summary: expect.stringContaining('into the WireGuard tunnel'),
    });
    expect(JSON.stringify(finding)).not.toMatch(/tailscale|Accept Routes|subnet-router/i);
    return finding;
  }

  test('in main is longer than the route of the LAN, and no fix of ours takes it away', () => {
    const snapshot = withWireGuard(254);
    expect(findingOf(snapshot)).toMatchObject({
      chain: [
        "truenas holds 10.0.0.128/25 dev wg0 in main, longer than the LAN's /24; enp1s0 would reach talos-1 directly",
        'replies to talos-1 leave by wg0 with source 10.0.0.210 and get lost',
      ],
      fixes: [],
      byHand: {
        now: 'ip route del 10.0.0.128/25 dev wg0',
        later: expect.stringContaining('out of what the VPN allows (AllowedIPs of WireGuard)'),
      },
    });
    const plan = makePlan(snapshot, diagnose(snapshot), { nowUnixMs: 1, guardSeconds: 60 });
    expect(plan?.fix).toBe('by-hand');
  });

  test('in a table that is asked before main is undone by a pin', () => {
    const snapshot = withWireGuard(51_820);
    expect(findingOf(snapshot)).toMatchObject({
      chain: [
        expect.stringContaining('in table 51820, which rule 32000 asks before main'),
        expect.any(String),
      ],
      fixes: ['pin-lan'],
    });
  });
});

describe('who advertises the captured route', () => {
  const OUTAGE = Snapshot.parse(
    JSON.parse(readFileSync('test/scenarios/cluster-outage.snapshot.json', 'utf8')),
  );

  /** The tailscaled of the NAS sees its peers in another way. */
  function withPeers(change: (peers: TailscalePeer[]) => TailscalePeer[]): Snapshot {
    const { nas } = OUTAGE.hosts;
    if (!nas?.tailscale.status.seen) throw new Error('Cannot find the peers of the NAS');
    const { status } = nas.tailscale;
    const value = { ...status.value, peers: change(status.value.peers) };
    const tailscale = { ...nas.tailscale, status: { ...status, value } };
    return { ...OUTAGE, hosts: { ...OUTAGE.hosts, nas: { ...nas, tailscale } } };
  }

  const chainOf = (snapshot: Snapshot) => diagnose(snapshot).findings[0]?.chain ?? [];

  test('is the machine that the NAS has it from, not a Connector that advertises something wider', () => {
    const { cluster } = OUTAGE;
    if (!cluster?.tailnet.seen) throw new Error('Cannot find the Connector');
    const wide = ['10.0.0.0/16'];
    const connectors = cluster.tailnet.value.map((one) => ({ ...one, advertises: wide }));
    const snapshot = withPeers((peers) =>
      peers.flatMap((peer) =>
        peer.hostName === 'homelab-subnet-router'
          ? [
              { ...peer, allowedIps: wide },
              {
                ...peer,
                id: 'pi',
                hostName: 'router-pi',
                addresses: ['100.68.1.9'],
                allowedIps: ['10.0.0.197/32'],
              },
            ]
          : [peer],
      ),
    );
    const chain = chainOf({
      ...snapshot,
      cluster: { ...cluster, tailnet: { ...cluster.tailnet, value: connectors } },
    });
    expect(chain[0]).toBe('Accept Routes is on at truenas; router-pi advertises 10.0.0.197/32');
    expect(chain[2]).toMatch(/which router-pi does not accept$/);
  });

  test('does not refuse what it cannot get: it is offline', () => {
    const offline = withPeers((peers) => peers.map((peer) => ({ ...peer, online: false })));
    expect(chainOf(offline)[2]).toMatch(/, to homelab-subnet-router, which is offline$/);
  });
});

test('a packet of anybody that the filter of the server dropped proves nothing', () => {
  const others = RECORDED.observations.filter(
    (o) =>
      o.kind !== 'socket' && o.kind !== 'counters' && !(o.kind === 'probe' && o.role === 'control'),
  );
  const counters = (phase: CounterSample['phase'], value: number): CounterSample => ({
    kind: 'counters',
    host: 'nas',
    atUnixMs: RECORDED.endedUnixMs,
    phase,
    values: { 'TcpExt:IPReversePathFilter': value },
    command: 'cat /proc/net/netstat',
  });
  const observations = [...others, counters('before', 5), counters('after', 6)];
  expect(diagnose({ ...RECORDED, observations }).findings).toMatchObject([
    { cause: 'lan-route-captured-by-vpn', certainty: 'likely' },
  ]);
});
