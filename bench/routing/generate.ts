import { writeIpv4 } from '../../src/model/address.ts';
import type { NetworkState, Route, Rule } from '../../src/model/network.ts';

/**
 * Shares of prefix lengths in a public Tier-1 table of 901,899 IPv4 prefixes, in percent.
 * /25 to /31 are some hundredth each.
 */
const LENGTH_SHARES: Readonly<Record<number, number>> = {
  8: 0.002,
  9: 0.001,
  10: 0.004,
  11: 0.011,
  12: 0.033,
  13: 0.064,
  14: 0.133,
  15: 0.233,
  16: 1.5,
  17: 0.91,
  18: 1.53,
  19: 2.76,
  20: 4.73,
  21: 5.63,
  22: 12.04,
  23: 10.7,
  24: 59.62,
  25: 0.01,
  26: 0.01,
  27: 0.01,
  28: 0.01,
  29: 0.01,
  30: 0.01,
  31: 0.01,
  32: 0.098,
};

/** First octets in use, as in that table. */
const FIRST_OCTETS = 220;

export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

export interface Prefixes {
  readonly network: Uint32Array;
  readonly length: Uint8Array;
}

/** Distinct prefixes of the published lengths, sorted by network and length as a kernel dumps them. */
export function prefixesOf(count: number, seed: number): Prefixes {
  const random = randomOf(seed);
  const lengths = lengthWheel();
  const keys = new Set<number>();
  while (keys.size < count) {
    const length = lengths[random() % lengths.length] as number;
    const address = ((1 + (random() % FIRST_OCTETS)) << 24) | (random() & 0xffffff);
    const network = (address & (0xffffffff << (32 - length))) >>> 0;
    keys.add(network * 64 + length);
  }
  const sorted = Float64Array.from(keys).sort();
  return {
    network: Uint32Array.from(sorted, (key) => Math.floor(key / 64)),
    length: Uint8Array.from(sorted, (key) => key % 64),
  };
}

/** Lengths as often as their share, in a hundred thousand. */
function lengthWheel(): Uint8Array {
  const wheel: number[] = [];
  for (const [length, share] of Object.entries(LENGTH_SHARES)) {
    for (let n = 0; n < Math.round(share * 1000); n++) wheel.push(Number(length));
  }
  return Uint8Array.from(wheel);
}

const GATEWAYS = 64;

/** Routes to these prefixes over 64 gateways of one LAN. */
export function routesOf({ network, length }: Prefixes): Route[] {
  return Array.from(network, (value, at) => ({
    table: 254,
    type: 'unicast' as const,
    prefix: `${writeIpv4(value)}/${length[at]}`,
    tos: 0,
    metric: 0,
    scope: 'global',
    protocol: 'boot',
    flags: NO_FLAGS,
    nexthops: [
      { gateway: `192.168.0.${2 + (at % GATEWAYS)}`, dev: 'v0', weight: 1, flags: NO_FLAGS },
    ],
  }));
}

const NO_FLAGS: string[] = [];

/** Fifty rules as they gather on a host with several uplinks and a VPN or two. */
export function usualRules(): Rule[] {
  const rules: Rule[] = [{ priority: 0, action: { kind: 'lookup', table: 255 } }];
  for (let n = 0; n < 16; n++) {
    rules.push({
      priority: 100 + n,
      from: `172.20.${n}.0/24`,
      action: { kind: 'lookup', table: 100 + (n % 4) },
    });
    rules.push({
      priority: 200 + n,
      fwmark: { value: 0x100 * (n + 1), mask: 0xff00 },
      action: { kind: 'lookup', table: 100 + (n % 4) },
    });
  }
  for (let n = 0; n < 8; n++) {
    rules.push({
      priority: 300 + n,
      to: `100.${64 + n}.0.0/16`,
      action: { kind: 'lookup', table: 52 },
    });
    rules.push({
      priority: 400 + n,
      iif: n % 2 ? 'v0' : 'v1',
      ipproto: 6,
      dport: { first: 2000 + n, last: 2049 },
      action: { kind: 'lookup', table: 103 },
    });
  }
  rules.push({ priority: 32766, action: { kind: 'lookup', table: 254 } });
  return rules.concat({ priority: 32767, action: { kind: 'lookup', table: 253 } });
}

/** A host with two legs; `routes` go to its main table, some also to the tables of its rules. */
export function hostWith(routes: readonly Route[]): NetworkState {
  const onLink = (prefix: string, dev: string, source: string): Route => ({
    table: 254,
    type: 'unicast',
    prefix,
    tos: 0,
    metric: 0,
    scope: 'link',
    protocol: 'kernel',
    prefSource: source,
    flags: [],
    nexthops: [{ dev, weight: 1, flags: [] }],
  });
  const local = (address: string, dev: string): Route => ({
    ...onLink(`${address}/32`, dev, address),
    table: 255,
    type: 'local',
    scope: 'host',
  });
  const sides = [100, 101, 102, 103, 52].map((table) => ({
    ...onLink('100.64.0.0/10', 'v1', '192.168.1.1'),
    table,
    protocol: 'boot',
  }));
  return {
    links: [
      { index: 1, name: 'lo', flags: ['LOOPBACK', 'UP', 'LOWER_UP'], mtuBytes: 65536 },
      { index: 2, name: 'v0', flags: ['UP', 'LOWER_UP'], mtuBytes: 1500 },
      { index: 3, name: 'v1', flags: ['UP', 'LOWER_UP'], mtuBytes: 1500 },
    ],
    addresses: [
      { dev: 'lo', local: '127.0.0.1', prefixLength: 8, scope: 'host', flags: [] },
      { dev: 'v0', local: '192.168.0.1', prefixLength: 24, scope: 'global', flags: [] },
      { dev: 'v1', local: '192.168.1.1', prefixLength: 24, scope: 'global', flags: [] },
    ],
    rules: { ipv4: usualRules(), ipv6: [] },
    routes: {
      ipv4: [
        local('127.0.0.1', 'lo'),
        local('192.168.0.1', 'v0'),
        local('192.168.1.1', 'v1'),
        onLink('192.168.0.0/24', 'v0', '192.168.0.1'),
        onLink('192.168.1.0/24', 'v1', '192.168.1.1'),
        ...sides,
        ...routes,
      ],
      ipv6: [],
    },
    neighbours: [],
    sysctls: {},
    localTable: 'split',
  };
}
