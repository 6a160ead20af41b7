import { describe, expect, test } from 'vitest';
import { nasState } from '../../test/support/nas-state.ts';
import type { NetworkState, Route, Rule } from '../model/network.ts';
import { capturedSubnets } from './captured-subnets.ts';
import { type HostParts, worldFrom } from './world.ts';

const NAS = nasState();

function route(prefix: string, dev: string, rest: Partial<Route> = {}): Route {
  const nexthops = [{ dev, weight: 1, flags: [] }];
  return { table: 52, type: 'unicast', prefix, tos: 0, metric: 0, flags: [], nexthops, ...rest };
}

/** The local and the connected routes of the NAS, and what is given. */
function routed(...more: readonly Route[]): NetworkState['routes'] {
  const own = NAS.routes.ipv4.filter(({ table }) => table !== 52);
  return { ipv4: [...own, ...more], ipv6: [] };
}

function toMain(to: string): Rule {
  return { priority: 2500, to, action: { kind: 'lookup', table: 254 } };
}

function captured(
  state: Partial<NetworkState>,
  missing: Partial<HostParts['missing']> = {},
): readonly string[] | undefined {
  const host = worldFrom([
    {
      id: 'nas',
      name: 'truenas',
      state: { ...NAS, ...state },
      missing: { ipv4: [], ipv6: [], ...missing },
      doubts: [],
      tailscale: undefined,
      podTailnets: [],
      wireguard: [],
      masquerades: undefined,
    },
  ]).hosts['nas'];
  if (!host) throw new Error('there is one host');
  return capturedSubnets(host);
}

describe('capturedSubnets()', () => {
  test('names a single address of the LAN that a VPN takes', () => {
    expect(captured({})).toEqual(['10.0.0.197/32']);
  });

  test('names nothing where no VPN has a route into the LAN', () => {
    expect(captured({ routes: routed(route('10.20.0.0/24', 'tailscale0')) })).toEqual([]);
  });

  // kernels before 5.14 have 10.0.0.0 as a broadcast address, which no VPN takes
  const oldKernel = ['10.0.0.0/32', '10.0.0.255/32'].map((prefix) =>
    route(prefix, 'enp1s0', { table: 255, type: 'broadcast', scope: 'link' }),
  );
  test.each(['10.0.0.0/24', '10.0.0.0/25', '10.0.0.0/16'])(
    'names %s, whose first address is a broadcast',
    (prefix) => {
      const routes = routed(...oldKernel, route(prefix, 'tailscale0'));
      expect(captured({ routes })).toEqual([prefix === '10.0.0.0/16' ? '10.0.0.0/24' : prefix]);
    },
  );

  const whole = routed(...oldKernel, route('10.0.0.0/24', 'tailscale0'));
  const withRule = (rule: Rule) => ({
    routes: whole,
    rules: { ipv4: [...NAS.rules.ipv4, rule].sort((a, b) => a.priority - b.priority), ipv6: [] },
  });
  test('names the rest of a subnet of which a rule keeps the beginning', () => {
    expect(captured(withRule(toMain('10.0.0.0/28')))).toEqual(['part of 10.0.0.0/24']);
    expect(captured(withRule(toMain('10.0.0.0/24')))).toEqual([]);
  });

  test('a route that keeps the middle of it does the same', () => {
    const kept = route('10.0.0.64/26', 'enp1s0');
    const routes = { ...whole, ipv4: [...whole.ipv4, kept] };
    expect(captured({ routes })).toEqual(['part of 10.0.0.0/24']);
  });

  const address6 = {
    ...{ dev: 'enp1s0', local: 'fd00:10::210', prefixLength: 64, scope: 'global' as const },
    flags: [],
  };
  test('finds what an IPv6 rule leaves to the VPN', () => {
    const both = (to: string) => ({
      addresses: [...NAS.addresses, address6],
      routes: {
        ...routed(),
        ipv6: [
          route('fd00:10::/64', 'enp1s0', { table: 254 }),
          route('fd00:10::/64', 'tailscale0'),
        ],
      },
      rules: {
        ipv4: NAS.rules.ipv4,
        ipv6: [toMain(to), ...NAS.rules.ipv4.filter(({ priority }) => priority >= 5270)],
      },
    });
    expect(captured(both('fd00:10::/65'))).toEqual(['part of fd00:10::/64']);
    expect(captured(both('fd00:10::/64'))).toEqual([]);
  });

  test('does not know where rules of a family with addresses were not seen', () => {
    const addresses = [...NAS.addresses, address6];
    const unseen = ['IPv6 rules of truenas: not read'];
    expect(captured({ addresses, routes: routed() }, { ipv6: unseen })).toBeUndefined();
    expect(captured({ routes: routed() }, { ipv6: unseen })).toEqual([]);
    expect(captured({ routes: routed() }, { ipv4: unseen })).toBeUndefined();
    expect(captured({ addresses }, { ipv6: unseen })).toEqual(['10.0.0.197/32']);
  });

  test('does not know the subnets of a host whose addresses were not seen', () => {
    expect(captured({ addresses: [] })).toBeUndefined();
  });
});
