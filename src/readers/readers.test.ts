import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCounters } from './counters.ts';
import { readFibTriestat } from './fib-triestat.ts';
import { readFreebsdRoutes } from './freebsd-netstat.ts';
import { readIpAddresses } from './ip-addr.ts';
import { readIpLinks } from './ip-link.ts';
import { readIpNeighbours } from './ip-neigh.ts';
import { readIpRoutes } from './ip-route.ts';
import { readRouteGet, readRouteGetBatch } from './ip-route-get.ts';
import { readIpRules } from './ip-rule.ts';
import { readMixedRoutes } from './mixed-routes.ts';
import { readNames } from './names.ts';
import { readNetToolsRoutes } from './net-tools-route.ts';
import { readProcNetRoute } from './proc-net-route.ts';
import type { Reading } from './reading.ts';
import { readSockets } from './sockets.ts';
import { readSysctls } from './sysctl.ts';

/** Each reader with text that it understands, to be damaged. */
const READERS: Readonly<Record<string, { read(text: string): Reading<unknown>; good: string }>> = {
  rules: {
    read: (text) => readIpRules(text, { family: 'ipv4' }),
    good: '10:\tnot from 10.0.0.0/8 to 1.2.3.4 fwmark 0x10/0xff iif v0 oif zzz [detached] uidrange 0-100 ipproto tcp dport 80-90 lookup 1000 suppress_prefixlength 0\n',
  },
  'rules, JSON': {
    read: (text) => readIpRules(text, { family: 'ipv6' }),
    good: '[{"priority":10,"not":null,"src":"fd00::","srclen":8,"fwmark":"0x10","dport_start":80,"dport_end":90,"table":"1000"}]',
  },
  routes: {
    read: (text) => readIpRoutes(text, { family: 'ipv4' }),
    good: '20.0.0.0/8 proto static metric 5 \n\tnexthop via 10.0.0.3 dev v0 weight 2 \n\tnexthop via 172.16.0.2 dev v2 weight 5 onlink\nblackhole 30.0.0.0/8 mtu lock 1400\n',
  },
  'routes, JSON': {
    read: (text) => readIpRoutes(text, { family: 'ipv6' }),
    good: '[{"type":"throw","dst":"2a04::/32","dev":"lo","table":"77","metric":1024,"flags":[],"pref":"medium"},{"dst":"::/0","nexthops":[{"gateway":"fd00::1","dev":"v0","weight":1,"flags":["dead"]}],"flags":[]}]',
  },
  'routes of both families': {
    read: (text) => readMixedRoutes(text),
    good: 'default via 10.0.0.1 dev v0 \n2a00::/16 via fd00::9 dev v0 metric 1024 pref high\n',
  },
  addresses: {
    read: readIpAddresses,
    good: '2: v1@v0: <UP> mtu 1500\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet 172.16.0.1 peer 172.16.0.2/32 scope global secondary v1\n',
  },
  'addresses, JSON': {
    read: readIpAddresses,
    good: '[{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","secondary":true}]}]',
  },
  links: {
    read: (text) => readIpLinks(text),
    good: '4: br0: <UP,LOWER_UP> mtu 1500 qdisc noqueue master x state UP mode DEFAULT group default\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    vrf table 10 addrgenmode eui64\n',
  },
  neighbours: {
    read: readIpNeighbours,
    good: 'fd00::50 dev v0 lladdr 02:00:00:00:00:01 router used 0/0/0 probes 0 REACHABLE\n',
  },
  'route get': {
    read: (text) => readRouteGet(text, text),
    good: '8.8.8.8 from 10.0.0.211 via 10.0.0.1 dev v0 uid 0 \n    cache <local,brd> expires 10sec\n',
  },
  'route get, batch': {
    read: (text) => readRouteGetBatch({ stdout: text, stderr: 'Command failed -:2\n' }, 3),
    good: '[{"dst":"8.8.8.8","dev":"v0","flags":[]}]\n[{"dst":"8.8.4.4","dev":"v0","flags":[]}]\n',
  },
  settings: {
    read: readSysctls,
    good: '/proc/sys/net/ipv4/conf/eth0.1/rp_filter:1\nnet.ipv4.ip_forward = 1\n',
  },
  fib_triestat: {
    read: (text) => readFibTriestat(text, []),
    good: 'Main:\n\tPrefixes:       7\nLocal:\n\tPrefixes:       7\n',
  },
  counters: { read: readCounters, good: 'TcpExt: A B\nTcpExt: 1 2\nIp6InNoRoutes 3\n' },
  sockets: {
    read: readSockets,
    good: 'SYN-RECV 0 0 [fe80::1]%eth0:2049 10.0.0.197:800\n  0: D200000A:0801 C500000A:0320 03 00000000:00000000\n',
  },
  names: { read: readNames, good: '# tables\n52\ttailscale\n' },
  '/proc/net/route': {
    read: readProcNetRoute,
    good: 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n',
  },
  'net-tools': {
    read: readNetToolsRoutes,
    good: 'Destination Gateway Genmask Flags Metric Ref Use Iface\n10.0.0.0 0.0.0.0 255.255.255.0 U 0 0 0 v0\n',
  },
  FreeBSD: {
    read: readFreebsdRoutes,
    good: 'Internet:\nDestination Gateway Flags Netif Expire\n10.10.10/24 link#1 U em0\nInternet6:\nDestination Gateway Flags Netif Expire\nfe80::%em0/64 link#1 U em0\n',
  },
};

/** Text with pieces cut out, doubled or put in. */
function damaged(good: string): fc.Arbitrary<string> {
  const cut = fc.tuple(
    fc.nat(good.length),
    fc.nat(good.length),
    fc.constantFrom('', '\n', ' ', '"', '}', '[', ':', '9', '-1', '\u0000', 'é', '%', '/'),
  );
  return fc
    .array(cut, { minLength: 1, maxLength: 4 })
    .map((cuts) =>
      cuts.reduce(
        (text, [a, b, piece]) =>
          text.slice(0, Math.min(a, b)) + piece + text.slice(Math.max(a, b) - (a % 7)),
        good,
      ),
    );
}

describe.each(Object.entries(READERS))('the reader of %s', (_, { read, good }) => {
  test('has nothing to say against good text', () => {
    expect(read(good).problems).toEqual([]);
  });

  test('never throws, and numbers lines that exist', () => {
    fc.assert(
      fc.property(fc.oneof(damaged(good), fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const lines = text.split('\n').length;
        for (const { line, why } of read(text).problems) {
          expect(line).toBeGreaterThanOrEqual(0);
          expect(line).toBeLessThanOrEqual(lines);
          expect(why).not.toBe('');
        }
      }),
      { numRuns: 400 },
    );
  });

  test('keeps few of many problems', () => {
    const { problems } = read('\u0001 nonsense\n'.repeat(5000));
    expect(problems.length).toBeLessThanOrEqual(101);
  });
});
