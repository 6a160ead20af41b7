import { describe, expect, test } from 'vitest';
import { type HostText, hostOf } from '../../test/support/host-text.ts';
import { decideOutput } from './decide-output.ts';
import type { Answer, OutputQuestion } from './decision.ts';
import { compileKernel } from './kernel.ts';

/** `DEVICE via GATEWAY from SOURCE`, or the error; a line for each possible answer. */
function ask(text: HostText, question: Partial<OutputQuestion> = {}): readonly string[] {
  const { answers } = decideOutput(compileKernel(hostOf('ipv4', text)), {
    family: 'ipv4',
    destination: '8.8.8.8',
    asker: 'route-get',
    ...question,
  });
  return answers.map(say);
}

function say(answer: Answer): string {
  if (answer.is === 'error') return answer.errno;
  const via = answer.gateway === undefined ? '' : ` via ${answer.gateway}`;
  return `${answer.device}${via} from ${answer.source}`;
}

const addresses = `
  eth0 10.0.0.2/24
  eth1 10.1.0.2/24
  eth2 10.2.0.2/24`;
const routes = `
  default via 10.0.0.1 dev eth0
  default via 10.1.0.1 dev eth1 table 100
  default via 10.2.0.1 dev eth2 table 200
  local 10.0.0.2 dev eth0 table local scope host src 10.0.0.2
  local 10.1.0.2 dev eth1 table local scope host src 10.1.0.2
  local 10.2.0.2 dev eth2 table local scope host src 10.2.0.2`;
const MAIN = 'eth0 via 10.0.0.1 from 10.0.0.2';
const TABLE_100 = 'eth1 via 10.1.0.1 from 10.1.0.2';

describe('IPv4 rules', () => {
  test.each<{ rules: string; question?: Partial<OutputQuestion>; is: string; why: string }>([
    { rules: '', is: MAIN, why: 'the default rules ask main' },
    { rules: '10: from all lookup 100', is: TABLE_100, why: 'rules go before prefix length' },
    { rules: '10: from all lookup 9', is: MAIN, why: 'a table that does not exist is passed by' },
    {
      rules: '10: from 10.0.0.2 lookup 100',
      is: MAIN,
      why: 'an unbound flow has no source to match',
    },
    {
      rules: '10: not from 10.0.0.2 lookup 100',
      is: TABLE_100,
      why: '`not` is true of a flow without source',
    },
    {
      rules: '10: not from 10.0.0.2 to 21.0.0.0/8 lookup 100',
      question: { source: '10.0.0.2' },
      is: 'eth1 via 10.1.0.1 from 10.0.0.2',
      why: '`not` inverts both selectors together',
    },
    {
      rules: '10: from all iif eth9 [detached] lookup 100',
      is: MAIN,
      why: 'a device that does not exist matches nothing',
    },
    { rules: '10: from all iif lo lookup 100', is: TABLE_100, why: 'iif lo is the host itself' },
    {
      rules: '10: from all fwmark 0x10/0xf0 lookup 100',
      question: { mark: 0x1f },
      is: TABLE_100,
      why: 'only the bits of the mask are compared',
    },
    {
      rules: '10: from all tos 0x10 lookup 100',
      question: { tos: 0x30 },
      is: TABLE_100,
      why: 'tos looks at three bits',
    },
    {
      rules: '10: from all ipproto udp lookup 100',
      is: TABLE_100,
      why: '`ip route get` asks as UDP',
    },
    {
      rules: '10: from all goto 30\n20: from all lookup 200\n30: from all lookup 100',
      is: TABLE_100,
      why: 'goto leaves out what is between',
    },
    {
      rules: '10: from all goto 30\n20: from all lookup 200\n30: from 1.1.1.1 lookup 100',
      is: MAIN,
      why: 'the target of a goto is asked its selectors',
    },
    {
      rules: '10: from all goto 25 [unresolved]\n20: from all lookup 100',
      is: TABLE_100,
      why: 'a goto without target is skipped',
    },
    { rules: '10: from all unreachable', is: 'ENETUNREACH', why: 'so do unreachable rules answer' },
    { rules: '10: from all prohibit', is: 'EACCES', why: 'so do prohibit rules answer' },
    { rules: '10: from all blackhole', is: 'EINVAL', why: 'so do blackhole rules answer' },
    {
      rules: '10: from all lookup 100 suppress_prefixlength 0',
      is: MAIN,
      why: 'a default route can be suppressed',
    },
    {
      rules: '10: from all lookup 100 suppress_ifgroup 0',
      is: MAIN,
      why: 'and a device by its group',
    },
  ])('$rules: $why', ({ rules, question, is }) => {
    expect(ask({ rules, routes, addresses }, question)).toEqual([is]);
  });

  test('an error route is not suppressed', () => {
    const withError = `${routes}\nunreachable 8.0.0.0/8 table 100`;
    const rules = '10: from all lookup 100 suppress_prefixlength 32';
    expect(ask({ rules, routes: withError, addresses })).toEqual(['EHOSTUNREACH']);
  });
});

describe('IPv4 tables', () => {
  test.each([
    { route: 'blackhole 8.8.8.8', is: 'EINVAL' },
    { route: 'unreachable 8.8.8.8', is: 'EHOSTUNREACH' },
    { route: 'prohibit 8.8.8.8', is: 'EACCES' },
    { route: 'throw 8.8.8.8', is: 'ENETUNREACH' },
    { route: '8.8.0.0/16 dev eth2 tos 0x10', is: MAIN },
    { route: '8.8.0.0/16 dev eth2 linkdown', is: 'eth2 from 10.2.0.2' },
    { route: '8.8.0.0/16 dev eth2 dead linkdown', is: MAIN },
    { route: '8.8.0.0/16 dev eth2 src 10.0.0.2', is: 'eth2 from 10.0.0.2' },
    { route: '8.8.0.0/16 via inet6 fe80::1 dev eth2', is: 'eth2 via fe80::1 from 10.2.0.2' },
  ])('$route gives $is', ({ route, is }) => {
    expect(ask({ routes: `${routes}\n${route}`, addresses })).toEqual([is]);
  });

  test('a blackhole of lower metric beats a gateway', () => {
    const both = '8.8.0.0/16 via 10.2.0.1 dev eth2 metric 20\nblackhole 8.8.0.0/16 metric 10';
    expect(ask({ routes: `${routes}\n${both}`, addresses })).toEqual(['EINVAL']);
  });

  test('a more specific main route beats a local one only while the tries are merged', () => {
    const trap = 'local 8.0.0.0/8 dev lo table local scope host\n8.8.8.0/24 via 10.2.0.1 dev eth2';
    const text = { routes: `${routes}\n${trap}`, addresses };
    expect(ask({ ...text, localTable: 'split' })).toEqual(['lo from 8.8.8.8']);
    expect(ask({ ...text, localTable: 'merged' })).toEqual(['eth2 via 10.2.0.1 from 10.2.0.2']);
    expect(ask({ ...text, localTable: 'unknown' })).toHaveLength(2);
  });

  test('of several nexthops any may be taken, but for dead ones', () => {
    const several =
      '8.8.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.1.0.1 dev eth1 weight 9 nexthop via 10.2.0.1 dev eth2 weight 1 dead linkdown';
    expect(ask({ routes: `${routes}\n${several}`, addresses })).toEqual([MAIN, TABLE_100]);
  });

  test('a source pulls to the nexthop that has it, from Linux 6.16 on', () => {
    const several =
      '8.8.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.1.0.1 dev eth1 weight 1';
    const text = { routes: `${routes}\n${several}`, addresses };
    const source = '10.1.0.2';
    const [first] = ask({ ...text, kernelRelease: '6.18.0' }, { source });
    expect(first).toBe('eth1 via 10.1.0.1 from 10.1.0.2');
    expect(ask({ ...text, kernelRelease: '6.12.1' }, { source })).toEqual([
      'eth0 via 10.0.0.1 from 10.1.0.2',
      'eth1 via 10.1.0.1 from 10.1.0.2',
    ]);
  });

  test('among default routes the one whose gateway is dead is left', () => {
    const text = { routes: `${routes}\ndefault via 10.0.0.3 dev eth0`, addresses };
    const neighbours = '10.0.0.1 dev eth0 FAILED';
    expect(ask({ ...text, neighbours })).toEqual(['eth0 via 10.0.0.3 from 10.0.0.2']);
    expect(ask(text)).toEqual([MAIN]);
  });

  test('with a default that is stale, which one counts hangs on what was used last', () => {
    const text = { routes: `${routes}\ndefault via 10.0.0.3 dev eth0`, addresses };
    const neighbours = '10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 STALE';
    expect(ask({ ...text, neighbours })).toHaveLength(2);
  });
});

test('a gateway behind lo may have been local when its route was added', () => {
  const route = '8.8.0.0/16 via 10.2.0.9 dev lo';
  expect(ask({ routes: route, addresses: 'lo 10.2.0.1/8' })).toEqual([
    'lo from 10.2.0.1',
    'lo via 10.2.0.9 from 10.2.0.1',
  ]);
});

describe('IPv4 sources', () => {
  test('the address in the subnet of the gateway is chosen', () => {
    const more = `${addresses}\neth0 172.16.0.2/24`;
    const route = '8.8.0.0/16 via 172.16.0.1 dev eth0';
    expect(ask({ routes: route, addresses: more })).toEqual([
      'eth0 via 172.16.0.1 from 172.16.0.2',
    ]);
  });

  test('a device without address borrows one', () => {
    expect(ask({ routes: '8.8.0.0/16 dev eth2', addresses: 'eth0 10.0.0.2/24' })).toEqual([
      'eth2 from 10.0.0.2',
    ]);
  });

  test('bound to a device, a host sends on it although there is no route', () => {
    expect(ask({ addresses, rules: '10: from all blackhole' }, { oif: 'eth1' })).toEqual([
      'eth1 from 10.1.0.2',
    ]);
  });
});

describe('IPv4 callers', () => {
  const rules = '10: from 10.0.0.2 lookup 100';
  const text = { rules, routes, addresses };
  const second = 'eth1 via 10.1.0.1 from 10.0.0.2';

  test.each([
    { asker: 'route-get', is: MAIN },
    { asker: 'udp-send', is: MAIN },
    { asker: 'tcp-connect', is: second },
    { asker: 'udp-connect', is: second },
  ] as const)('$asker, unbound, gets $is', ({ asker, is }) => {
    expect(ask(text, { asker })).toEqual([is]);
  });

  test('a reply has the source the request came to', () => {
    expect(ask(text, { asker: 'reply', source: '10.0.0.2' })).toEqual([second]);
  });

  test('the port of a connecting TCP socket counts from the second lookup on', () => {
    const byPort = '10: from all sport 40000 lookup 100';
    const question = { asker: 'tcp-connect', sourcePort: 40000 } as const;
    expect(ask({ ...text, rules: byPort }, question)).toEqual([second]);
  });
});

describe('a VRF, modelled after the source', () => {
  const text: HostText = {
    routes: `${routes}\ndefault via 10.2.0.1 dev eth2 table 300`,
    addresses,
    rules: '1000: from all lookup [l3mdev-table]',
    links: [
      { name: 'eth1', vrfTable: 300 },
      { name: 'eth2', master: 'eth1' },
    ],
  };

  test('sends what is bound to it by its table', () => {
    expect(ask(text, { oif: 'eth1' })).toEqual(['eth2 via 10.2.0.1 from 10.2.0.2']);
  });

  test('does not touch what is not bound to it', () => {
    expect(ask(text)).toEqual([MAIN]);
  });
});
