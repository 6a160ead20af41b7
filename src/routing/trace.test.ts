import { describe, expect, test } from 'vitest';
import {
  CONNECTOR,
  type HostText,
  hostOf,
  NAS_SELF,
  nas,
  node,
  peer,
  TAILSCALE_RULES,
  tailscale,
  utility,
} from '../../test/support/homelab-world.ts';
import type { Flow } from '../model/flow.ts';
import { traceFlow, traceThereAndBack } from './trace.ts';
import { type HostParts, worldFrom } from './world.ts';

const NFS: Flow = { protocol: 'tcp', destination: '10.0.0.210', destinationPort: 2049 };

function legs(hosts: readonly HostParts[], flow: Flow = NFS, from = 'node') {
  return traceThereAndBack(worldFrom(hosts), flow, from);
}

describe('traceThereAndBack()', () => {
  test('shows the outage: the request arrives, the reply dies at the subnet router', () => {
    const { forward, back } = legs([node(), nas()]);
    expect(forward).toMatchObject({
      leg: 'forward',
      outcome: 'delivered',
      steps: [
        { host: 'node', action: 'send', device: 'eth0', source: '10.0.0.197', table: 254 },
        { host: 'nas', action: 'deliver', inputDevice: 'enp1s0' },
      ],
    });
    expect(back).toMatchObject({
      leg: 'return',
      flow: { source: '10.0.0.210', destination: '10.0.0.197', sourcePort: 2049 },
      outcome: 'dropped-by-peer',
      steps: [
        {
          host: 'nas',
          action: 'send',
          device: 'tailscale0',
          table: 52,
          rule: { priority: 5270 },
          route: { prefix: '10.0.0.197/32' },
          peer: 'homelab-subnet-router',
        },
        { host: 'homelab-subnet-router', action: 'drop' },
      ],
    });
    expect(back?.steps[0]?.because).toBe(
      'nas answers 10.0.0.197 by tailscale0: rule 5270 asks table 52, which holds 10.0.0.197/32',
    );
    expect(back?.steps[0]?.notes).toEqual([
      'the request came in by enp1s0, the reply leaves by tailscale0',
    ]);
    expect(back?.because).toBe(
      'homelab-subnet-router drops it: 10.0.0.210 is neither a tailnet address of nas nor in a route approved for it',
    );
  });

  test('the reply to a host that nobody advertises stays on the LAN', () => {
    const { forward, back } = legs([utility(), nas()], NFS, 'utility');
    expect(forward.outcome).toBe('delivered');
    expect(back).toMatchObject({
      outcome: 'delivered',
      steps: [
        { host: 'nas', device: 'enp1s0', table: 254 },
        { host: 'utility', action: 'deliver', inputDevice: 'eth0' },
      ],
    });
    expect(back?.steps.flatMap(({ notes }) => notes)).toEqual([]);
  });

  test.each([
    { rpFilter: '0', forward: 'delivered' },
    { rpFilter: '2', forward: 'delivered' },
    { rpFilter: '1', forward: 'reverse-path-filtered' },
  ])('with rp_filter $rpFilter at the NAS the request is $forward', ({ rpFilter, forward }) => {
    const traced = legs([node(), nas({ rpFilter })]);
    expect(traced.forward.outcome).toBe(forward);
    expect(traced.back?.outcome).toBe(rpFilter === '1' ? undefined : 'dropped-by-peer');
  });

  test('names the filter, its mode and the device that reaches the source', () => {
    const { forward } = legs([node(), nas({ rpFilter: '1' })]);
    expect(forward.because).toBe(
      'nas drops it: it comes in by enp1s0, but 10.0.0.197 is reached by tailscale0, and the reverse-path filter of enp1s0 is strict',
    );
  });

  test.each([
    {
      when: 'a LAN rule comes before the rule of tailscaled',
      hosts: [
        node(),
        nas({ rules: `2500: from all to 10.0.0.0/24 lookup main\n${TAILSCALE_RULES}` }),
      ],
    },
    { when: 'no route was accepted', hosts: [node(), nas({ table52: '' })] },
    {
      when: 'only remote prefixes were accepted',
      hosts: [node(), nas({ table52: '192.168.77.0/24 dev tailscale0 table 52' })],
    },
    {
      when: 'table 52 throws the LAN back',
      hosts: [node(), nas({ table52: 'throw 10.0.0.197 table 52' })],
    },
  ])('both legs arrive when $when', ({ hosts }) => {
    const { forward, back } = legs(hosts);
    expect(forward.outcome).toBe('delivered');
    expect(back).toMatchObject({ outcome: 'delivered', steps: [{ device: 'enp1s0' }, {}] });
  });

  test('the whole LAN accepted as a /24 in table 52 captures the reply as well', () => {
    const wide = peer({ ...CONNECTOR, allowedIps: ['100.90.1.1/32', '10.0.0.0/24'] });
    const { back } = legs([
      node(),
      nas({
        table52: '10.0.0.0/24 dev tailscale0 table 52',
        facts: tailscale({ self: NAS_SELF, peers: [wide] }),
      }),
    ]);
    expect(back?.outcome).toBe('dropped-by-peer');
  });

  test('an exit node without LAN access takes the reply', () => {
    const exit = peer({
      hostName: 'exit',
      addresses: ['100.70.7.7'],
      allowedIps: ['100.70.7.7/32', '0.0.0.0/0'],
      exitNode: true,
    });
    const { back } = legs([
      node(),
      nas({
        table52: 'default dev tailscale0 table 52\n10.0.0.0/24 dev tailscale0 table 52',
        facts: tailscale({ self: NAS_SELF, peers: [exit] }, { acceptsRoutes: false }),
      }),
    ]);
    expect(back).toMatchObject({
      outcome: 'dropped-by-peer',
      steps: [
        { device: 'tailscale0', peer: 'exit' },
        { host: 'exit', action: 'drop' },
      ],
    });
  });

  test('a NAS that is approved for the LAN is answered through the tunnel, which is no fault', () => {
    const self = peer({ ...NAS_SELF, allowedIps: ['100.68.1.2/32', '10.0.0.0/24'] });
    const { back } = legs([node(), nas({ facts: tailscale({ self, peers: [CONNECTOR] }) })]);
    expect(back).toMatchObject({
      outcome: 'delivered',
      steps: [
        { host: 'nas', device: 'tailscale0', peer: 'homelab-subnet-router' },
        { host: 'homelab-subnet-router', action: 'forward' },
        { host: 'node', action: 'deliver' },
      ],
    });
    expect(back?.steps[0]?.notes).toEqual([
      'the request came in by enp1s0, the reply leaves by tailscale0, which breaks nothing here',
    ]);
    // by which device the subnet router hands it over is not known, so it is not said
    expect(back?.steps[2]?.because).toBe('10.0.0.197 is an address of node');
    expect(back?.steps[2]?.inputDevice).toBeUndefined();
  });

  test('a reply through the tunnel is still filtered by a strict node', () => {
    const self = peer({ ...NAS_SELF, allowedIps: ['100.68.1.2/32', '10.0.0.0/24'] });
    const strict = node({ sysctls: { 'net.ipv4.conf.cni0.rp_filter': '1' } });
    const { back } = legs([strict, nas({ facts: tailscale({ self, peers: [CONNECTOR] }) })]);
    expect(back).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['by which device it comes in at node'],
    });
  });

  test('an offline peer delivers nothing', () => {
    const self = peer({ ...NAS_SELF, allowedIps: ['100.68.1.2/32', '10.0.0.0/24'] });
    const away = { ...CONNECTOR, online: false };
    const { back } = legs([node(), nas({ facts: tailscale({ self, peers: [away] }) })]);
    expect(back).toMatchObject({
      outcome: 'dropped-by-peer',
      because: 'homelab-subnet-router is offline',
    });
  });

  test('without the status of tailscaled nobody can tell who drops it', () => {
    const { back } = legs([
      node(),
      nas({
        facts: {
          reachedBy: { seen: false, why: 'no socket' },
          prefs: { seen: false, why: 'no socket' },
          status: { seen: false, why: 'no socket' },
        },
      }),
    ]);
    expect(back).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['Tailscale status of nas: no socket'],
    });
  });

  test('the reply to a pod comes back through the address the node put in its place', () => {
    const flow = { ...NFS, source: '10.244.0.9' };
    const { forward, back } = legs([node(), nas({ table52: '' })], flow);
    expect(forward).toMatchObject({
      outcome: 'delivered',
      steps: [{ host: 'node', action: 'forward', inputDevice: 'cni0', device: 'eth0' }, {}],
    });
    expect(forward.steps[0]?.notes).toContain('node puts 10.0.0.197 in place of 10.244.0.9');
    expect(back).toMatchObject({
      flow: { source: '10.0.0.210', destination: '10.0.0.197' },
      outcome: 'delivered',
      steps: [
        { host: 'nas' },
        { host: 'node', action: 'forward', device: 'cni0' },
        { host: '10.244.0.9' },
      ],
    });
  });

  test('the outage hits pods as it hits the node', () => {
    const { back } = legs([node(), nas()], { ...NFS, source: '10.244.0.9' });
    expect(back?.outcome).toBe('dropped-by-peer');
  });

  test('whether a node masquerades its pods is asked for where it was not seen', () => {
    const { masquerades: _, ...blind } = node();
    const { forward, back } = legs([{ ...blind, masquerades: undefined }, nas()], {
      ...NFS,
      source: '10.244.0.9',
    });
    expect(forward.outcome).toBe('delivered');
    expect(back).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['whether node masquerades 10.244.0.9'],
    });
  });

  test('a server that nobody looked at is reached, and its answer unknown', () => {
    const { forward, back } = legs([node()]);
    expect(forward).toMatchObject({
      outcome: 'delivered',
      steps: [
        { host: 'node' },
        { host: '10.0.0.210', action: 'deliver', notes: ['nobody looked at it'] },
      ],
    });
    expect(back).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['rules and routes of 10.0.0.210'],
      steps: [{ host: '10.0.0.210', action: 'unknown' }],
    });
  });

  test('missing rules of the server are what is missing', () => {
    const blind = { ...nas(), missing: { ipv4: ['IPv4 rules of nas: timed out'], ipv6: [] } };
    expect(legs([node(), blind]).forward).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['IPv4 rules of nas: timed out'],
    });
  });
});

const ROUTER: HostText = {
  id: 'router',
  addresses: 'lan 10.0.0.1/24\ndmz 192.168.5.1/24',
  routes: `10.0.0.0/24 dev lan proto kernel scope link src 10.0.0.1
    192.168.5.0/24 dev dmz proto kernel scope link src 192.168.5.1`,
  sysctls: { 'net.ipv4.conf.lan.forwarding': '1', 'net.ipv4.conf.dmz.forwarding': '1' },
};
const FAR: HostText = {
  id: 'far',
  addresses: 'eth0 192.168.5.9/24',
  routes: `default via 192.168.5.1 dev eth0
    192.168.5.0/24 dev eth0 proto kernel scope link src 192.168.5.9`,
};
const TO_FAR: Flow = { protocol: 'tcp', destination: '192.168.5.9', destinationPort: 22 };

describe('traceFlow()', () => {
  test('goes through a gateway that was looked at', () => {
    const world = worldFrom([node(), hostOf(ROUTER), hostOf(FAR)]);
    expect(traceFlow(world, TO_FAR, 'node')).toMatchObject({
      outcome: 'delivered',
      steps: [
        { host: 'node', gateway: '10.0.0.1' },
        { host: 'router', action: 'forward', inputDevice: 'lan', device: 'dmz' },
        { host: 'far', action: 'deliver', inputDevice: 'eth0' },
      ],
    });
  });

  test('ends at a gateway that nobody looked at', () => {
    expect(traceFlow(worldFrom([node()]), TO_FAR, 'node')).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['rules and routes of 10.0.0.1'],
      steps: [{ host: 'node' }, { host: '10.0.0.1', action: 'unknown' }],
    });
  });

  test.each([
    { outcome: 'not-forwarding', router: { ...ROUTER, sysctls: {} } },
    {
      outcome: 'no-route',
      router: { ...ROUTER, routes: '10.0.0.0/24 dev lan scope link' },
    },
    {
      outcome: 'prohibited',
      router: { ...ROUTER, rules: '100: from all to 192.168.5.0/24 prohibit' },
    },
    {
      outcome: 'blackholed',
      router: { ...ROUTER, routes: `${ROUTER.routes}\nblackhole 192.168.5.9` },
    },
  ] as const)('says $outcome of what the router does with it', ({ outcome, router }) => {
    const world = worldFrom([node(), hostOf(router), hostOf(FAR)]);
    expect(traceFlow(world, TO_FAR, 'node').outcome).toBe(outcome);
  });

  test('finds a loop between two routers', () => {
    const [one, two] = ['1', '2'].map((digit) => {
      const other = digit === '1' ? '2' : '1';
      return hostOf({
        id: `router${digit}`,
        addresses: `lan 10.0.0.${digit}/24`,
        routes: `10.0.0.0/24 dev lan scope link\ndefault via 10.0.0.${other} dev lan`,
        sysctls: { 'net.ipv4.conf.lan.forwarding': '1' },
      });
    });
    const world = worldFrom([node(), one ?? node(), two ?? node()]);
    expect(traceFlow(world, TO_FAR, 'node')).toMatchObject({
      outcome: 'loop',
      because: 'it comes back to router1 by lan, where it was before',
      steps: [{}, { host: 'router1' }, { host: 'router2' }, { host: 'router1', action: 'drop' }],
    });
  });

  test.each([
    { outcome: 'no-route', routes: '' },
    { outcome: 'blackholed', routes: 'blackhole 10.0.0.0/8' },
    { outcome: 'prohibited', routes: 'prohibit 10.0.0.0/8' },
    { outcome: 'prohibited', routes: 'unreachable 10.0.0.0/8' },
  ])('says $outcome of a sender with "$routes"', ({ outcome, routes }) => {
    const sender = hostOf({ id: 'node', addresses: 'eth0 172.16.0.1/24', routes });
    expect(traceFlow(worldFrom([sender]), NFS, 'node')).toMatchObject({
      outcome,
      steps: [{ host: 'node', action: 'drop' }],
    });
  });

  test('a failed neighbour that nobody owns ends the leg', () => {
    const lonely = node();
    const neighbours = [{ address: '10.0.0.210', dev: 'eth0', state: ['FAILED'] }];
    const world = worldFrom([{ ...lonely, state: { ...lonely.state, neighbours } }]);
    expect(traceFlow(world, NFS, 'node')).toMatchObject({
      outcome: 'neighbour-unknown',
      because: 'nobody on eth0 of node answers for 10.0.0.210',
    });
  });

  test('the neighbour entry decides between two owners of one address', () => {
    const two = [nas({ table52: '' }), { ...nas({ table52: '' }), id: 'other', name: 'other' }];
    const unclear = traceFlow(worldFrom([node(), ...two]), NFS, 'node');
    expect(unclear).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['neighbour entry of 10.0.0.210 on eth0 at node'],
    });
    const mac = '02:00:00:00:00:07';
    const asking = node();
    const [first, second] = two.map((host, at) => ({
      ...host,
      state: {
        ...host.state,
        links: host.state.links.map((link) =>
          link.name === 'enp1s0' && at === 1 ? { ...link, mac } : link,
        ),
      },
    }));
    const neighbours = [{ address: '10.0.0.210', dev: 'eth0', mac, state: ['REACHABLE'] }];
    const known = { ...asking, state: { ...asking.state, neighbours } };
    const world = worldFrom([known, first ?? asking, second ?? asking]);
    expect(traceFlow(world, NFS, 'node').steps.at(-1)).toMatchObject({ host: 'other' });
  });

  test('a bridge of containers that covers the server is no way to it', () => {
    const overlapping = node({
      addresses: 'eth0 10.0.0.197/24\ndocker0 10.0.0.129/25',
      routes: `10.0.0.128/25 dev docker0 scope link src 10.0.0.129
        10.0.0.0/24 dev eth0 scope link src 10.0.0.197`,
    });
    const links = overlapping.state.links.map((link) =>
      link.name === 'docker0' ? { ...link, kind: 'bridge' } : link,
    );
    const world = worldFrom([{ ...overlapping, state: { ...overlapping.state, links } }, nas()]);
    expect(traceFlow(world, NFS, 'node')).toMatchObject({
      outcome: 'cannot-tell',
      missing: ['neighbour entry of 10.0.0.210 on docker0 at node'],
    });
  });

  test('an unbound ping from the NAS takes the tunnel and arrives, one bound to the LAN does not', () => {
    const world = worldFrom([node(), nas()]);
    const ping: Flow = { protocol: 'icmp', destination: '10.0.0.197' };
    expect(traceFlow(world, ping, 'nas')).toMatchObject({
      outcome: 'delivered',
      steps: [{ source: '100.68.1.2', peer: 'homelab-subnet-router' }, {}, { host: 'node' }],
    });
    expect(traceFlow(world, { ...ping, source: '10.0.0.210' }, 'nas').outcome).toBe(
      'dropped-by-peer',
    );
  });

  test('multipath with one end is delivered and says that there are several ways', () => {
    const sender = hostOf({
      id: 'node',
      addresses: 'a0 10.1.0.2/24\nb0 10.2.0.2/24',
      routes: `10.1.0.0/24 dev a0 scope link
        10.2.0.0/24 dev b0 scope link
        192.168.5.0/24 nexthop via 10.1.0.1 dev a0 weight 1 nexthop via 10.2.0.1 dev b0 weight 1`,
    });
    const router = hostOf({
      ...ROUTER,
      addresses: 'la 10.1.0.1/24\nlb 10.2.0.1/24\ndmz 192.168.5.1/24',
      routes: `10.1.0.0/24 dev la scope link
        10.2.0.0/24 dev lb scope link
        192.168.5.0/24 dev dmz scope link`,
      sysctls: { 'net.ipv4.conf.la.forwarding': '1', 'net.ipv4.conf.lb.forwarding': '1' },
    });
    const traced = traceFlow(worldFrom([sender, router, hostOf(FAR)]), TO_FAR, 'node');
    expect(traced.outcome).toBe('delivered');
    expect(traced.steps[0]?.notes.join()).toMatch(/one of 2 ways/);
  });
});

describe('WireGuard', () => {
  const key = { a: 'AAAAAAAAaaaa', b: 'BBBBBBBBbbbb' };
  const host = (
    id: string,
    own: string,
    { address, other, allowed }: { address: string; other: string; allowed: string[] },
  ): HostParts => ({
    ...hostOf({
      id,
      addresses: `wg0 ${address}/24`,
      routes: '10.9.0.0/24 dev wg0 scope link\n10.0.0.0/8 dev wg0 scope link',
    }),
    wireguard: [{ dev: 'wg0', publicKey: own, peers: [{ publicKey: other, allowedIps: allowed }] }],
  });
  const a = host('a', key.a, { address: '10.9.0.1', other: key.b, allowed: ['10.9.0.2/32'] });
  const b = host('b', key.b, { address: '10.9.0.2', other: key.a, allowed: ['10.9.0.1/32'] });
  const flow: Flow = { protocol: 'tcp', destination: '10.9.0.2', destinationPort: 22 };

  test('delivers what both sides allow', () => {
    expect(legs([a, b], flow, 'a')).toMatchObject({
      forward: { outcome: 'delivered', steps: [{ peer: 'b' }, { host: 'b', inputDevice: 'wg0' }] },
      back: { outcome: 'delivered' },
    });
  });

  test('the receiver drops a source that is not in the AllowedIPs of the sender', () => {
    const wrong = host('b', key.b, { address: '10.9.0.2', other: key.a, allowed: ['10.9.0.7/32'] });
    expect(traceFlow(worldFrom([a, wrong]), flow, 'a')).toMatchObject({
      outcome: 'dropped-by-peer',
      because: 'b drops it: 10.9.0.1 is not in the AllowedIPs it has for a',
    });
  });

  test('a destination that no peer has is not sent', () => {
    const other = { ...flow, destination: '10.9.0.3' };
    expect(traceFlow(worldFrom([a, b]), other, 'a')).toMatchObject({
      outcome: 'blackholed',
      because: 'no peer of wg0 has 10.9.0.3 in its AllowedIPs',
    });
  });
});
