import type { Address, Link, NetworkState, Route, Rule } from '../../src/model/network.ts';

/** The NAS of the outage: *Accept Routes* is on, so table 52 holds the node's own address. */
export function nasState(): NetworkState {
  return {
    links: LINKS,
    addresses: ADDRESSES,
    rules: { ipv4: RULES, ipv6: [] },
    routes: { ipv4: ROUTES, ipv6: [] },
    neighbours: [],
    sysctls: {
      'net.ipv4.conf.all.rp_filter': '0',
      'net.ipv4.conf.enp1s0.rp_filter': '0',
      'net.ipv4.conf.tailscale0.rp_filter': '0',
      'net.ipv4.conf.enp1s0.forwarding': '0',
      'net.ipv4.conf.tailscale0.forwarding': '0',
    },
    localTable: 'split',
  };
}

const LINKS: readonly Link[] = [
  { index: 1, name: 'lo', flags: ['LOOPBACK', 'UP', 'LOWER_UP'], mtuBytes: 65536 },
  { index: 2, name: 'enp1s0', flags: ['BROADCAST', 'UP', 'LOWER_UP'], mtuBytes: 1500 },
  { index: 3, name: 'tailscale0', flags: ['POINTOPOINT', 'UP', 'LOWER_UP'], mtuBytes: 1280 },
];

const ADDRESSES: readonly Address[] = [
  { dev: 'lo', local: '127.0.0.1', prefixLength: 8, scope: 'host', flags: [] },
  { dev: 'enp1s0', local: '10.0.0.210', prefixLength: 24, scope: 'global', flags: [] },
  { dev: 'tailscale0', local: '100.68.1.2', prefixLength: 32, scope: 'global', flags: [] },
];

const bypass = { value: 0x80000, mask: 0xff0000 };

const RULES: readonly Rule[] = [
  { priority: 0, action: { kind: 'lookup', table: 255 } },
  { priority: 5210, fwmark: bypass, action: { kind: 'lookup', table: 254 } },
  { priority: 5230, fwmark: bypass, action: { kind: 'lookup', table: 253 } },
  { priority: 5250, fwmark: bypass, action: { kind: 'unreachable' } },
  { priority: 5270, action: { kind: 'lookup', table: 52 } },
  { priority: 32766, action: { kind: 'lookup', table: 254 } },
  { priority: 32767, action: { kind: 'lookup', table: 253 } },
];

function route(prefix: string, dev: string, rest: Partial<Route> = {}): Route {
  return {
    table: 254,
    type: 'unicast',
    prefix,
    tos: 0,
    metric: 0,
    scope: 'link',
    flags: [],
    nexthops: [{ dev, weight: 1, flags: [] }],
    ...rest,
  };
}

const local = { table: 255, type: 'local', scope: 'host', protocol: 'kernel' } as const;

const ROUTES: readonly Route[] = [
  route('10.0.0.197/32', 'tailscale0', { table: 52 }),
  route('0.0.0.0/0', 'enp1s0', {
    scope: 'global',
    nexthops: [{ gateway: '10.0.0.1', dev: 'enp1s0', weight: 1, flags: [] }],
  }),
  route('10.0.0.0/24', 'enp1s0', { prefSource: '10.0.0.210', protocol: 'kernel' }),
  route('10.0.0.210/32', 'enp1s0', { ...local, prefSource: '10.0.0.210' }),
  route('100.68.1.2/32', 'tailscale0', { ...local, prefSource: '100.68.1.2' }),
  route('127.0.0.0/8', 'lo', { ...local, prefSource: '127.0.0.1' }),
];
