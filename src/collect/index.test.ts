import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { type FakeHost, fakeVantage } from '../../test/support/fake-vantage.ts';
import { HostFacts } from '../model/host.ts';
import { collectHost } from './index.ts';

const PREFS = JSON.stringify({
  RouteAll: true,
  WantRunning: true,
  Config: { PrivateNodeKey: 'privkey:SECRET' },
});
const STATUS = JSON.stringify({
  Version: '1.102.3',
  BackendState: 'Running',
  TUN: true,
  Peer: { 'nodekey:1': { ID: 'n1', HostName: 'router', AllowedIPs: ['10.0.0.197/32'] } },
});

/** The NAS of the outage, over ssh as root. */
const nas: FakeHost['sections'] = {
  'tailscale-found': 'own 4711\nother 99\nhidden',
  'linux-clock': '1700000000 250000000',
  'linux-counters': 'TcpExt: SyncookiesSent IPReversePathFilter\nTcpExt: 0 5\n',
  'linux-identity':
    'hostname truenas\nmachine-id abcdef\nkernel 6.12.15\nip ip utility, iproute2-6.1.0\nuid 0',
  'linux-tables': '255 local\n254 main\n52 tailnet\n',
  'linux-groups': '0 default\n',
  'linux-addresses':
    '2: enp1s0: <UP> mtu 1500 group default\n    inet 10.0.0.210/24 scope global enp1s0',
  'linux-rules-ipv4':
    '0:\tfrom all lookup local\n5270:\tfrom all lookup tailnet\n32766:\tfrom all lookup main',
  'linux-rules-ipv6': '0:\tfrom all lookup local\n32766:\tfrom all lookup main',
  'linux-sysctls': '/proc/sys/net/ipv4/conf/all/rp_filter:2\n',
  'linux-triestat': 'Main:\n\tPrefixes: 5\nLocal:\n\tPrefixes: 7\n',
  'linux-tools': '/usr/bin/curl\n/usr/sbin/nft',
  'linux-neighbours': '',
  'linux-routes-ipv4':
    '10.0.0.197 dev tailscale0 table tailnet\n10.0.0.0/24 dev enp1s0 proto kernel scope link',
  'linux-routes-ipv6': '',
  'tailscale-reached': 'curl /proc/4711/root/run/tailscale/tailscaled.sock\n',
  'tailscale-prefs': PREFS,
  'tailscale-status': STATUS,
  'tailscale-end': '',
};
const others = {
  'tailscale-status': { 'tailscale-other:/proc/99/root/run/tailscale/tailscaled.sock': STATUS },
};

function collect(host: FakeHost, signal = AbortSignal.timeout(5000)) {
  return collectHost(fakeVantage(host), { clock: fakeClock(), signal });
}

describe('collectHost()', () => {
  test('reads a host whose every command answers', async () => {
    const { facts, observations } = await collect({ sections: nas, extra: others });
    expect(HostFacts.parse(facts)).toEqual(facts);
    expect(facts).toMatchObject({
      id: 'fake',
      name: 'truenas',
      machineId: { value: 'abcdef' },
      clockOffsetMs: { value: 250 },
      privileged: { value: true },
      network: {
        rules: { ipv4: { value: [{}, { priority: 5270, action: { table: 52 } }, {}] } },
        routes: { ipv4: { value: [{ prefix: '10.0.0.197/32', table: 52 }, { table: 254 }] } },
        localTable: { value: 'split' },
        kernelRelease: { value: '6.12.15' },
        sysctls: { value: { 'net.ipv4.conf.all.rp_filter': '2' } },
      },
      tailscale: {
        reachedBy: { value: '/proc/4711/root/run/tailscale/tailscaled.sock' },
        prefs: { value: { acceptsRoutes: true } },
        status: { value: { peers: [{ hostName: 'router', allowedIps: ['10.0.0.197/32'] }] } },
      },
      tailscaleElsewhere: {
        value: [{ reachedBy: '/proc/99/root/run/tailscale/tailscaled.sock' }],
      },
    });
    expect(observations).toMatchObject([{ values: { 'TcpExt:IPReversePathFilter': 5 } }]);
  });

  test('every fact says which command a person would type', async () => {
    const { facts } = await collect({ sections: nas });
    expect(facts.network.rules.ipv4).toMatchObject({ from: 'ip -4 rule' });
    expect(facts.network.routes.ipv6).toMatchObject({ from: 'ip -6 route show table all' });
    expect(facts.tailscale.prefs).toMatchObject({
      from: 'curl -s --unix-socket /proc/4711/root/run/tailscale/tailscaled.sock http://local-tailscaled.sock/localapi/v0/prefs',
    });
  });

  test('lets no secret of tailscaled pass', async () => {
    const { facts } = await collect({ sections: nas, extra: others });
    expect(JSON.stringify(facts)).not.toContain('SECRET');
  });

  test('tells what is known as it arrives', async () => {
    const vantage = fakeVantage({ sections: nas, stopsAt: { section: 'linux-tools', by: 'hang' } });
    const stop = new AbortController();
    const { facts } = await collectHost(vantage, {
      clock: fakeClock(),
      signal: stop.signal,
      onUpdate: ({ facts: soFar }) => {
        if (soFar.network.rules.ipv6.seen) stop.abort();
      },
    });
    expect(facts.network.rules.ipv4).toMatchObject({ seen: true });
    expect(facts.tools).toMatchObject({
      seen: false,
      why: expect.stringMatching(/no answer from ssh:\/\/fake .*it had begun/),
    });
  });

  test.each([
    {
      when: 'a tool is missing',
      rules: { exitCode: 127, stderr: 'sh: 1: ip: not found' },
      why: 'ip -4 rule: sh: 1: ip: not found',
    },
    {
      when: 'a command fails',
      rules: { exitCode: 2, stderr: 'RTNETLINK answers: No such device\nDump terminated' },
      why: 'ip -4 rule: Dump terminated',
    },
    {
      when: 'a command needs root',
      rules: { exitCode: 1, stderr: 'Operation not permitted' },
      why: 'ip -4 rule: needs root: Operation not permitted',
    },
    { when: 'a command hangs', rules: { exitCode: 124 }, why: 'ip -4 rule: did not end in time' },
    {
      when: 'the answer is garbage',
      rules: '%PDF-1.4',
      why: 'ip -4 rule: not understood: line 1 "%PDF-1.4": expected "PRIORITY: …"',
    },
  ])('misses one fact when $when, and says why', async ({ rules, why }) => {
    const { facts } = await collect({ sections: { ...nas, 'linux-rules-ipv4': rules } });
    expect(facts.network.rules.ipv4).toMatchObject({ seen: false, why });
    expect(facts.network.routes.ipv4).toMatchObject({ seen: true });
  });

  test.each([
    { by: 'cut', why: /the output was cut off after 64 MiB/ },
    { by: 'death', why: /Cannot log in to fake: the connection ended/ },
  ] as const)('keeps what came before the $by', async ({ by, why }) => {
    const host = { sections: nas, stopsAt: { section: 'linux-routes-ipv4', by } };
    const { facts } = await collect(host);
    expect(facts.network.rules.ipv4).toMatchObject({ seen: true });
    expect(facts.network.routes.ipv4).toMatchObject({
      seen: false,
      why: expect.stringMatching(why),
    });
    expect(facts.tailscale.prefs).toMatchObject({ seen: false });
  });

  test('keeps the lines it understands, and tells which it did not', async () => {
    const rules = `${nas['linux-rules-ipv4']}\nwhat is this`;
    const { facts } = await collect({ sections: { ...nas, 'linux-rules-ipv4': rules } });
    expect(facts.network.rules.ipv4).toMatchObject({ value: { length: 3 } });
    expect(facts.network.incomplete).toMatchObject([
      { part: 'rules', lacks: expect.stringContaining('line 4 "what is this"') },
    ]);
  });

  test('tells what BusyBox does not print', async () => {
    const identity = 'hostname truenas\nip ip: invalid option BusyBox v1.35.0\nuid 0';
    const { facts } = await collect({ sections: { ...nas, 'linux-identity': identity } });
    const parts = facts.network.incomplete.map(({ part }) => part);
    expect(parts).toEqual(['links', 'rules', 'rules', 'routes', 'routes']);
  });

  test('says nothing at all of a host of which nothing could be seen', async () => {
    const { facts } = await collect({ sections: {} });
    expect(HostFacts.parse(facts)).toEqual(facts);
    const seen = JSON.stringify(facts).match(/"seen":true/g) ?? [];
    expect(seen).toEqual([]);
  });

  test('control characters of the far side go no further', async () => {
    const identity = 'hostname evil\u001b[2J\u0007\nuid 0';
    const { facts } = await collect({ sections: { ...nas, 'linux-identity': identity } });
    expect(facts.name).toBe('evil[2J');
  });
});

describe('collectHost(), of tailscale', () => {
  test.each([
    {
      when: 'its socket is in a container and we are not root',
      found: 'own\nother\nhidden 4711',
      reached: ' \n',
      why: 'tailscaled runs (process 4711), but its socket is in a container: needs root',
    },
    {
      when: 'none runs here',
      found: 'own\nother\nhidden',
      reached: ' \n',
      why: 'no tailscaled runs in the network of this host',
    },
    {
      when: 'one runs in a pod only',
      found: 'own\nother 99\nhidden',
      reached: ' \n',
      why: 'no tailscaled runs in the network of this host, only in networks of their own',
    },
    {
      when: 'nothing there can speak with its socket',
      found: 'own 4711\nother\nhidden',
      reached: ' /run/tailscale/tailscaled.sock\n',
      why: 'tailscaled runs (process 4711), but: /run/tailscale/tailscaled.sock is there, but neither curl nor tailscale is',
    },
  ])('misses its settings when $when', async ({ found, reached, why }) => {
    const sections = { ...nas, 'tailscale-found': found, 'tailscale-reached': reached };
    const { facts } = await collect({ sections });
    expect(facts.tailscale).toMatchObject({
      reachedBy: { seen: false, why },
      prefs: { seen: false, why },
      status: { seen: false, why },
    });
  });

  test('asks in the container where only that can answer', async () => {
    const sections = { ...nas, 'tailscale-reached': 'docker \nix-tailscale-1\n' };
    const { facts } = await collect({ sections });
    expect(facts.tailscale.prefs).toMatchObject({
      from: 'docker exec ix-tailscale-1 tailscale debug prefs',
    });
  });

  test.each([
    { prefs: '<html>', why: /the answer is not JSON/ },
    { prefs: '{"RouteAll":"yes"}', why: /unexpected answer: .*RouteAll/ },
    { prefs: { exitCode: 22, stderr: 'curl: (22) error: 403' }, why: /curl: \(22\) error: 403/ },
  ])('misses its settings when they are $prefs', async ({ prefs, why }) => {
    const { facts } = await collect({ sections: { ...nas, 'tailscale-prefs': prefs } });
    expect(facts.tailscale.prefs).toMatchObject({ seen: false, why: expect.stringMatching(why) });
    expect(facts.tailscale.status).toMatchObject({ seen: true });
  });

  test('asks the socket itself where a program of ours is on the host', async () => {
    const asked: string[] = [];
    const vantage = fakeVantage(
      { sections: nas },
      {
        unixHttp: ({ path, socketPaths, host }) => {
          asked.push(`${host} ${path} ${socketPaths[0]}`);
          const body = path.endsWith('prefs') ? PREFS : STATUS;
          return Promise.resolve({ status: 200, body, socketPath: socketPaths[0] ?? '' });
        },
      },
    );
    const { facts } = await collectHost(vantage, {
      clock: fakeClock(),
      signal: AbortSignal.timeout(5000),
    });
    expect(facts.tailscale.prefs).toMatchObject({ value: { acceptsRoutes: true } });
    expect(facts.tailscaleElsewhere).toMatchObject({ value: [{ status: {} }] });
    const socket = (pid: number) => `/proc/${pid}/root/run/tailscale/tailscaled.sock`;
    expect(asked).toEqual([
      `local-tailscaled.sock /localapi/v0/prefs ${socket(4711)}`,
      `local-tailscaled.sock /localapi/v0/status ${socket(4711)}`,
      `local-tailscaled.sock /localapi/v0/status ${socket(99)}`,
    ]);
  });
});
