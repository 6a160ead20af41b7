import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import {
  fakeTruenasApi,
  OUTAGE_ANSWERS,
  PLANTED,
  pingsOfOutage,
} from '../../../test/support/fake-truenas-api.ts';
import { fakeVantage } from '../../../test/support/fake-vantage.ts';
import { HostFacts } from '../../model/host.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Truenas } from '../../ports/truenas.ts';
import { collectHost } from '../index.ts';
import { askPings } from './ask-pings.ts';

const noShell = () =>
  Promise.reject(new OutsideError({ doing: 'run a script on nas', found: 'no app', next: 'ssh' }));

function collect(truenas: Truenas, sections?: Readonly<Record<string, string>>) {
  const more = sections ? { truenas } : { truenas, sh: noShell };
  return collectHost(fakeVantage({ sections: sections ?? {} }, more), {
    clock: fakeClock(),
    signal: AbortSignal.timeout(5000),
  });
}

describe('a TrueNAS without a shell', () => {
  test('tells of itself by its API alone', async () => {
    const { facts } = await collect(fakeTruenasApi());
    expect(HostFacts.parse(facts)).toEqual(facts);
    expect(facts).toMatchObject({
      name: 'truenas',
      truenas: {
        version: { value: 'TrueNAS-25.10.0', from: 'midclt call system.info' },
        transport: 'JSON-RPC',
        tailscaleApps: {
          value: [
            {
              name: 'vpn',
              containers: ['c1'],
              acceptRoutes: true,
              authOnce: true,
              hasAuthKey: true,
              keepsState: true,
              hostNetwork: true,
            },
          ],
        },
        services: { value: { nfs: 'RUNNING', ssh: 'STOPPED' } },
        nfsBindAddresses: { value: ['10.0.0.210'] },
        nfsExports: { value: [{ path: '/mnt/hdd/k8s', networks: ['10.0.0.0/24'], hosts: [] }] },
        dockerPools: { value: [{ base: '172.17.0.0/12', size: 24 }] },
        alerts: { value: [{ klass: 'PoolUpgraded', text: 'New features [2J' }] },
        changes: {
          value: [{ atUnixMs: 1_700_000_100_000, user: 'admin', method: 'app.update' }],
        },
      },
    });
  });

  test('tells addresses and the routes of every table, and no rules', async () => {
    const { facts } = await collect(fakeTruenasApi());
    const { addresses, routes, rules, incomplete } = facts.network;
    expect(addresses).toMatchObject({
      value: [
        { dev: 'enp1s0', local: '10.0.0.210', prefixLength: 24, scope: 'global' },
        { dev: 'enp1s0', local: 'fd00:10::210', prefixLength: 64, scope: 'global' },
        { dev: 'enp1s0', local: 'fe80::1', scope: 'link' },
      ],
    });
    expect(routes.ipv4).toMatchObject({
      from: 'midclt call route.system_routes',
      value: [
        { prefix: '0.0.0.0/0', table: 254, nexthops: [{ dev: 'enp1s0', gateway: '10.0.0.1' }] },
        { prefix: '10.0.0.0/24', table: 254, scope: 'link' },
        { prefix: '10.0.0.197/32', table: 52, nexthops: [{ dev: 'tailscale0' }] },
        { prefix: '10.0.0.1/32', table: 52 },
      ],
    });
    expect(routes.ipv6).toMatchObject({ value: [{ prefix: 'fd00:10::/64' }] });
    expect(rules.ipv4).toMatchObject({ seen: false, why: expect.stringMatching(/no app/) });
    expect(incomplete.map(({ lacks }) => lacks)).toContain('types and metrics');
  });

  test('of release 26 may have tables that it does not tell of', async () => {
    const [first] = OUTAGE_ANSWERS['route.system_routes'] as object[];
    const answers = {
      ...OUTAGE_ANSWERS,
      'system.info': { version: 'TrueNAS-26.0.0', hostname: 'truenas' },
      'route.system_routes': [first],
    };
    const { facts } = await collect(fakeTruenasApi(answers));
    const said = facts.network.incomplete.map(({ lacks }) => lacks);
    expect(said).toContain('perhaps every table but main');
  });

  test('keeps no key that stands beside what is read', async () => {
    const { facts } = await collect(fakeTruenasApi());
    expect(JSON.stringify(facts)).not.toContain(PLANTED);
  });

  test('misses what the role does not allow, and says which call it was', async () => {
    const { facts } = await collect(
      fakeTruenasApi({ 'system.info': { version: 'x', hostname: 'n' } }),
    );
    expect(facts.truenas).toMatchObject({
      version: { value: 'x' },
      nfsExports: {
        seen: false,
        why: 'midclt call sharing.nfs.query: not allowed',
        next: 'a role',
      },
      tailscaleApps: { seen: false },
    });
    expect(facts.network.addresses).toMatchObject({ seen: false });
  });

  test.each([{}, [], 'text', null, [{ name: 7 }], [null], { '': [{}] }])(
    'misses what comes as %j, and invents nothing',
    async (odd) => {
      const answers = Object.fromEntries(Object.keys(OUTAGE_ANSWERS).map((name) => [name, odd]));
      const { facts } = await collect(fakeTruenasApi(answers));
      expect(HostFacts.safeParse(facts).error).toBeUndefined();
    },
  );
});

test('what a shell said is not replaced by what the API says', async () => {
  const { facts } = await collect(fakeTruenasApi(), {
    'linux-identity': 'hostname container\nip ip utility, iproute2-6.1.0\nuid 0',
    'linux-addresses': '2: eth9: <UP> mtu 1500\n    inet 192.0.2.1/24 scope global eth9',
    'linux-routes-ipv4': '192.0.2.0/24 dev eth9 scope link',
  });
  expect(facts.name).toBe('truenas');
  expect(facts.network.addresses).toMatchObject({ value: [{ dev: 'eth9' }] });
  expect(facts.network.routes.ipv4).toMatchObject({ value: [{ prefix: '192.0.2.0/24' }] });
});

describe('askPings()', () => {
  async function ask(api: Truenas, client = '10.0.0.197') {
    const { facts: host } = await collect(fakeTruenasApi());
    const server = '10.0.0.210';
    const means = { clock: fakeClock(), signal: AbortSignal.timeout(5000) };
    const neighbours = ['10.0.0.1', '10.9.9.9', 'fd00:10::1'];
    return askPings(api, { host, client, server, neighbours, ...means });
  }
  const answering = fakeTruenasApi(OUTAGE_ANSWERS, (method, params) =>
    method === 'core.ping_remote' ? pingsOfOutage(params) : undefined,
  );

  test('asks unbound, by the device and from the address, twice', async () => {
    const pings = await ask(answering);
    const said = pings
      .filter(({ to }) => to === '10.0.0.197')
      .map(({ by, bound, answered }) => [by, bound, answered]);
    const round = [
      ['unbound', undefined, true],
      ['device', 'enp1s0', true],
      ['address', '10.0.0.210', false],
    ];
    expect(said).toEqual([...round, ...round]);
    expect(pings[2]?.command).toBe(
      `midclt call core.ping_remote '{"type":"ICMPV4","hostname":"10.0.0.197","timeout":1,"count":1,"interface":"10.0.0.210"}'`,
    );
  });

  test('asks a neighbour that no VPN route takes, and none that one takes', async () => {
    const others = (await ask(answering)).filter(({ to }) => to !== '10.0.0.197');
    expect(others.map(({ to, by, answered }) => [to, by, answered])).toEqual([
      ['10.0.0.38', 'address', true],
    ]);
  });

  test('asks nothing of a client that is on no subnet of the NAS', async () => {
    expect(await ask(answering, '192.0.2.1')).toEqual([]);
  });

  test('says nothing where the role does not allow it', async () => {
    expect(await ask(fakeTruenasApi())).toEqual([]);
  });
});
