import { describe, expect, test } from 'vitest';
import type { Member, NodeView } from '../tailnet/member.ts';
import type { Prefs } from './prefs.ts';
import { routerConfig } from './router-config.ts';

const prefs = {
  WantRunning: true,
  LoggedOut: false,
  RouteAll: false,
  ExitNodeID: '',
  ExitNodeAllowLANAccess: false,
  NoSNAT: false,
} as Prefs;

function view(stableId: string, address: string, routes: readonly string[] = []): NodeView {
  const member = { stableId, addresses: [address] } as unknown as Member;
  return { member, allowedIps: [`${address}/32`, ...routes], primaryRoutes: routes };
}

const self = view('nNas', '100.68.1.2');
const peers = [
  view('nRouter', '100.68.1.3', ['10.0.0.197/32']),
  view('nExit', '100.68.1.4', ['0.0.0.0/0']),
];
const local = [
  { dev: 'lo', prefix: '127.0.0.0/8' },
  { dev: 'lo', prefix: '::1/128' },
  { dev: 'enp1s0', prefix: '10.0.0.0/24' },
  { dev: 'enp1s0', prefix: '10.0.0.231/32' },
  { dev: 'cgnat0', prefix: '100.100.0.0/24' },
];

const MAGIC_DNS = ['100.100.100.100/32 dev tailscale0', 'fd7a:115c:a1e0::53/128 dev tailscale0'];
const PEERS = ['100.68.1.3/32 dev tailscale0', '100.68.1.4/32 dev tailscale0'];

const routes = (change: Partial<Prefs>) =>
  routerConfig({ ...prefs, ...change }, self, peers, local).routes;

describe('routerConfig()', () => {
  test('routes peers and MagicDNS into the tunnel, and no LAN', () => {
    expect(routes({}).toSorted()).toEqual([...PEERS, ...MAGIC_DNS].toSorted());
  });

  test('imports what is advertised with RouteAll, though the host is attached to it', () => {
    expect(routes({ RouteAll: true })).toContain('10.0.0.197/32 dev tailscale0');
  });

  test.each([
    { allow: false, lan: '10.0.0.0/24 dev tailscale0' },
    { allow: true, lan: 'throw 10.0.0.0/24' },
  ])('with an exit node and LAN access $allow has "$lan"', ({ allow, lan }) => {
    const all = routes({ ExitNodeID: 'nExit', ExitNodeAllowLANAccess: allow });
    expect(all).toEqual(
      expect.arrayContaining(['0.0.0.0/0 dev tailscale0', 'throw 127.0.0.0/8', lan]),
    );
    expect(all.join()).not.toMatch(/10\.0\.0\.231|::1|100\.100\.0\.0/);
  });

  test('keeps the default routes of an exit node that does not exist', () => {
    expect(routes({ ExitNodeID: 'nGone' })).toContain('::/0 dev tailscale0');
  });

  test.each([{ WantRunning: false }, { LoggedOut: true }])('has nothing with %j', (change) => {
    expect(routerConfig({ ...prefs, ...change }, self, peers, local)).toEqual({
      addresses: [],
      routes: [],
      snat: false,
    });
  });
});
