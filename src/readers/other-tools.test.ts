import { describe, expect, test } from 'vitest';
import { readFreebsdRoutes } from './freebsd-netstat.ts';
import { readMixedRoutes } from './mixed-routes.ts';
import { readNetToolsRoutes } from './net-tools-route.ts';
import { readProcNetRoute } from './proc-net-route.ts';

describe('readNetToolsRoutes()', () => {
  const ROUTE = `Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         10.0.0.1        0.0.0.0         UG    100    0        0 v0
10.0.0.0        0.0.0.0         255.255.255.0   U     0      0        0 v0
30.0.0.0        0.0.0.0         255.0.0.0       U     0      0        0 *
31.0.0.0        -               255.0.0.0       !     5      -        0 -
40.0.0.0        0.0.0.0         255.0.0.0       UG    0      0        0 v0
172.16.0.2      0.0.0.0         255.255.255.255 UH    0      0        0 v2
10.9.0.0        0.0.0.0         255.0.255.0     U     0      0        0 v2
`;

  test('reads route -n and says what it cannot show', () => {
    const { value, problems, lacks } = readNetToolsRoutes(ROUTE);
    expect(
      value.map(({ prefix, type, metric, nexthops }) => [prefix, type, metric, nexthops[0]]),
    ).toEqual([
      ['0.0.0.0/0', 'unicast', 100, { gateway: '10.0.0.1', dev: 'v0', weight: 1, flags: [] }],
      ['10.0.0.0/24', 'unicast', 0, { dev: 'v0', weight: 1, flags: [] }],
      ['31.0.0.0/8', 'unreachable', 5, undefined],
      ['172.16.0.2/32', 'unicast', 0, { dev: 'v2', weight: 1, flags: [] }],
    ]);
    expect(problems.map(({ line, why }) => [line, why])).toEqual([
      [5, 'no device: a blackhole or throw route'],
      [6, '"!" is unreachable or prohibit; taken as unreachable'],
      [7, 'a gateway of another family, which is not printed'],
      [9, 'no IPv4 destination and mask'],
    ]);
    expect(lacks?.[0]).toMatch(/^any table but main, rules/);
  });

  test('netstat -rn has no metrics either', () => {
    const text = `Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
10.0.0.0        0.0.0.0         255.255.255.0   U         0 0          0 v0
`;
    const { value, problems, lacks } = readNetToolsRoutes(text);
    expect(problems).toEqual([]);
    expect(value).toHaveLength(1);
    expect(lacks).toContain('metrics of routes');
  });

  test('a row without a header is no route', () => {
    expect(readNetToolsRoutes('10.0.0.0 0.0.0.0 255.0.0.0 U 0 0 0 eth0')).toMatchObject({
      value: [],
      problems: [{ line: 1, why: 'no header line before this one' }],
    });
  });
});

describe('readProcNetRoute()', () => {
  test('reads what route -n prints, from where it has it', () => {
    const text = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
v0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
v0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
*\t0000001F\t00000000\t0201\t0\t0\t5\t000000FF\t0\t0\t0
v0\t0000\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
    const { value, problems, lacks } = readProcNetRoute(text);
    expect(
      value.map(({ prefix, type, metric, nexthops }) => [prefix, type, metric, nexthops[0]]),
    ).toEqual([
      ['0.0.0.0/0', 'unicast', 100, { gateway: '10.0.0.1', dev: 'v0', weight: 1, flags: [] }],
      ['10.0.0.0/24', 'unicast', 0, { dev: 'v0', weight: 1, flags: [] }],
      ['31.0.0.0/8', 'unreachable', 5, undefined],
    ]);
    expect(problems.map(({ why }) => why)).toContain('no IPv4 destination and mask');
    expect(lacks?.[0]).toMatch(/^any table but main, rules/);
  });
});

describe('readFreebsdRoutes()', () => {
  const MODERN = `Routing tables

Internet:
Destination        Gateway            Flags     Netif Expire
default            10.0.0.1           UGS         em0
10.0.0.0/24        link#1             U           em0
10.0.0.210         link#1             UHS         lo0
10.9.0.0/16        127.0.0.1          UGRS        lo0
10.10.0.0/16       127.0.0.1          UGSB        lo0
127.0.0.1          link#2             UH          lo0

Internet6:
Destination                       Gateway                       Flags     Netif Expire
::/96                             ::1                           UGRS        lo0
::1                               link#2                        UHS         lo0
fe80::%em0/64                     link#1                        U           em0
fe80::1%lo0                       link#2                        UHS         lo0
default                           fe80::1%em0                   UG          em0
`;
  const OLD = `Routing tables

Internet:
Destination        Gateway            Flags    Refs      Use  Netif Expire
default            10.0.0.1           UGS         0     4711    em0
10.0.0/24          link#1             UC          0        0    em0
10.0.0.1           00:11:22:33:44:55  UHLW        2      100    em0   1187
127                127.0.0.1          UR          0        0    lo0
172.16             10.0.0.7           UGS         0        0    em0
192.168.3          10.0.0.7           UGS         0        0    em0
`;

  test('reads both families of a current release', () => {
    const { value, problems, lacks } = readFreebsdRoutes(MODERN);
    expect(problems).toEqual([]);
    expect(
      value.ipv4.map(({ prefix, type, table, nexthops }) => [
        prefix,
        type,
        table,
        nexthops[0]?.gateway ?? nexthops[0]?.dev,
      ]),
    ).toEqual([
      ['0.0.0.0/0', 'unicast', 254, '10.0.0.1'],
      ['10.0.0.0/24', 'unicast', 254, 'em0'],
      ['10.0.0.210/32', 'local', 255, 'lo0'],
      ['10.9.0.0/16', 'unreachable', 254, undefined],
      ['10.10.0.0/16', 'blackhole', 254, undefined],
      ['127.0.0.1/32', 'local', 255, 'lo0'],
    ]);
    expect(value.ipv6.map(({ prefix, type }) => [prefix, type])).toEqual([
      ['::/96', 'unreachable'],
      ['::1/128', 'local'],
      ['fe80::/64', 'unicast'],
      ['fe80::1/128', 'local'],
      ['::/0', 'unicast'],
    ]);
    expect(value.ipv6.at(-1)?.nexthops).toEqual([
      { gateway: 'fe80::1', dev: 'em0', weight: 1, flags: [] },
    ]);
    expect(lacks?.[0]).toMatch(/pf/);
  });

  test('reads old releases: classes, counters, ARP entries', () => {
    const { value, problems } = readFreebsdRoutes(OLD);
    expect(problems).toEqual([]);
    expect(value.ipv4.map(({ prefix }) => prefix)).toEqual([
      '0.0.0.0/0',
      '10.0.0.0/24',
      '127.0.0.0/8',
      '172.16.0.0/16',
      '192.168.3.0/24',
    ]);
  });

  test('what is broken is told by line', () => {
    const text = `${OLD}nonsense\n10.0.0/24 nowhere UG 0 0 em0\n`;
    expect(readFreebsdRoutes(text).problems.map(({ line, why }) => [line, why])).toEqual([
      [11, 'missing columns'],
      [12, 'unreadable gateway "nowhere"'],
    ]);
  });
});

describe('readMixedRoutes()', () => {
  const TEXT = `default via 10.0.0.1 dev eth0 
20.0.0.0/8 
\tnexthop via 10.0.0.3 dev eth0 weight 1 
\tnexthop via 10.0.0.4 dev eth0 weight 1 
local 10.0.0.5 dev eth0 table local proto kernel scope host src 10.0.0.5 
2a00::/16 via fd00::9 dev eth0 metric 1024 pref medium
default dev wg0 metric 1024 pref medium
`;

  test('tells the families of `table all` apart', () => {
    const { value, problems } = readMixedRoutes(TEXT);
    expect(problems).toEqual([]);
    expect(value.ipv4.map(({ prefix }) => prefix)).toEqual([
      '0.0.0.0/0',
      '20.0.0.0/8',
      '10.0.0.5/32',
    ]);
    expect(value.ipv4[1]?.nexthops).toHaveLength(2);
    expect(value.ipv6.map(({ prefix }) => prefix)).toEqual(['2a00::/16', '::/0']);
  });

  test('does so for JSON', () => {
    const json = JSON.stringify([
      { dst: 'default', dev: 'ppp0', flags: [] },
      { dst: '10.0.0.0/8', dev: 'eth0', flags: [] },
      { dst: 'default', dev: 'wg0', metric: 1024, flags: [], pref: 'medium' },
    ]);
    const { value, problems } = readMixedRoutes(json);
    expect(problems).toEqual([]);
    expect(value.ipv4.map(({ nexthops }) => nexthops[0]?.dev)).toEqual(['ppp0', 'eth0']);
    expect(value.ipv6.map(({ nexthops }) => nexthops[0]?.dev)).toEqual(['wg0']);
  });

  test('a default between the families belongs to nobody', () => {
    const text = '10.0.0.0/8 dev eth0\ndefault dev wg0\n2a00::/16 dev eth0 metric 1\n';
    const { value, problems } = readMixedRoutes(text);
    expect([value.ipv4.length, value.ipv6.length]).toEqual([1, 1]);
    expect(problems).toMatchObject([{ line: 2, why: 'IPv4 or IPv6? ask with -4 and -6 apart' }]);
  });

  test('line numbers are those of the whole text', () => {
    const text = `${TEXT}2a01::/16 dev eth0 metric x pref medium\n`;
    expect(readMixedRoutes(text).problems).toMatchObject([{ line: 8, why: 'unreadable metric' }]);
  });
});
