import { describe, expect, test } from 'vitest';
import type { Route } from '../model/network.ts';
import { readCounters } from './counters.ts';
import { readFibTriestat } from './fib-triestat.ts';
import { readSockets } from './sockets.ts';
import { readSysctls } from './sysctl.ts';

describe('readSysctls()', () => {
  test('reads both forms under one name, devices with dots too', () => {
    const text = `net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.eth0/100.rp_filter = 1
/proc/sys/net/ipv4/conf/eth0.100/forwarding:0
/proc/sys/net/ipv4/ping_group_range:1\t0
`;
    expect(readSysctls(text)).toEqual({
      value: {
        'net.ipv4.conf.all.rp_filter': '2',
        'net.ipv4.conf.eth0.100.rp_filter': '1',
        'net.ipv4.conf.eth0.100.forwarding': '0',
        'net.ipv4.ping_group_range': '1\t0',
      },
      problems: [],
    });
  });

  test('what is no setting is told', () => {
    expect(readSysctls('sysctl: cannot stat /proc/sys/net: No such file\n')).toMatchObject({
      value: {},
      problems: [{ line: 1 }],
    });
  });
});

describe('readFibTriestat()', () => {
  const block = (name: string, prefixes: number) =>
    `${name}:\n\tAver depth:     2.00\n\tMax depth:      3\n\tLeaves:         5\n\tPrefixes:       ${prefixes}\n\tInternal nodes: 2\n\t  1: 2\n\tPointers: 4\nNull ptrs: 1\nTotal size: 1  kB\n`;
  const head =
    'Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\nId 52:\n\tPrefixes:       9\n';
  const routes = (main: number, local: number): Route[] =>
    [...Array<number>(main).fill(254), ...Array<number>(local).fill(255)].map((table) => ({
      table,
      type: 'unicast',
      prefix: '10.0.0.0/8',
      tos: 0,
      metric: 0,
      flags: [],
      nexthops: [],
    }));

  test('two different tries are split', () => {
    expect(readFibTriestat(head + block('Main', 2) + block('Local', 5)).value).toBe('split');
  });

  test('one trie printed twice is merged', () => {
    const text = head + block('Main', 7) + block('Local', 7);
    expect(readFibTriestat(text).value).toBe('merged');
    expect(readFibTriestat(text, routes(2, 5)).value).toBe('merged');
  });

  test('two tries that look alike are told by the number of routes', () => {
    const text = head + block('Main', 5) + block('Local', 5);
    expect(readFibTriestat(text, routes(5, 5)).value).toBe('split');
    expect(readFibTriestat(text, routes(4, 5)).value).toBe('unknown');
  });

  test('anything else is unknown', () => {
    expect(readFibTriestat('')).toMatchObject({ value: 'unknown', problems: [{ line: 1 }] });
  });
});

describe('readCounters()', () => {
  test('reads the three files after each other', () => {
    const text = `Ip: Forwarding OutNoRoutes
Ip: 2 7
TcpExt: SyncookiesSent IPReversePathFilter
TcpExt: 0 5
Ip6InNoRoutes                   \t3
Icmp6InType133                  \t1
`;
    expect(readCounters(text)).toEqual({
      value: {
        'Ip:Forwarding': 2,
        'Ip:OutNoRoutes': 7,
        'TcpExt:SyncookiesSent': 0,
        'TcpExt:IPReversePathFilter': 5,
        'Ip6:InNoRoutes': 3,
        'Icmp6:InType133': 1,
      },
      problems: [],
    });
  });

  test('names without values and values without names are told', () => {
    expect(
      readCounters('Ip: A B\nTcp: C\nTcp: 1\nhello\n').problems.map(({ line }) => line),
    ).toEqual([1, 4]);
    expect(readCounters('Ip: A B\n').problems).toHaveLength(1);
  });
});

describe('readSockets()', () => {
  const half = {
    state: 'SYN-RECV',
    local: { address: '10.0.0.210', port: 2049 },
    remote: { address: '10.0.0.197', port: 800 },
  };

  test.each([
    { form: 'ss', text: 'SYN-RECV 0      0      10.0.0.210:2049 10.0.0.197:800\n' },
    {
      form: 'ss with header and netid',
      text: 'Netid State Recv-Q Send-Q Local Address:Port Peer\ntcp SYN-RECV 0 0 10.0.0.210:2049 10.0.0.197:800 timer:(on,1sec,0)\n',
    },
    {
      form: 'ss, device and mapped address',
      text: 'SYN-RECV 0 0 [::ffff:10.0.0.210]%enp1s0:2049 [::ffff:10.0.0.197]:800\n',
    },
    {
      form: '/proc/net/tcp',
      text: '  sl  local_address rem_address   st\n   0: D200000A:0801 C500000A:0320 03 00000000:00000000 01:00000063 00000000     0        0 0\n',
    },
    {
      form: '/proc/net/tcp6',
      text: '   0: 0000000000000000FFFF0000D200000A:0801 0000000000000000FFFF0000C500000A:0320 03 00000000:00000000\n',
    },
  ])('sees a half-open connection in $form', ({ text }) => {
    expect(readSockets(text)).toMatchObject({ value: [half], problems: [] });
  });

  test('any address and port are told as such', () => {
    const text =
      'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nLISTEN 0 128 *:80 *:*\nLISTEN 0 128 [::1]:631 [::]:*\nTIME-WAIT 0 0 1.1.1.1:5 2.2.2.2:6\n';
    const { value, problems } = readSockets(text);
    expect(problems).toEqual([]);
    expect(
      value.map(({ local, remote }) => [local.address, local.port, remote.address, remote.port]),
    ).toEqual([
      ['0.0.0.0', 22, '0.0.0.0', 0],
      ['::', 80, '::', 0],
      ['::1', 631, '::', 0],
    ]);
  });

  test('reads IPv6 from hexadecimal', () => {
    const text =
      '   1: 000100FD000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 0\n';
    expect(readSockets(text).value[0]?.local).toEqual({ address: 'fd00:100::1', port: 22 });
  });

  test('what is no socket is told', () => {
    expect(
      readSockets('BANANA 0 0 1.1.1.1:5 2.2.2.2:6\nESTAB 0 0 1.1.1:5 2.2.2.2:6\n').problems.map(
        ({ why }) => why,
      ),
    ).toEqual(['unknown state "BANANA"', 'unreadable address']);
  });
});
