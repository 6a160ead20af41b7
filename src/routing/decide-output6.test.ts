import { describe, expect, test } from 'vitest';
import { type HostText, hostOf } from '../../test/support/host-text.ts';
import { decideOutput } from './decide-output.ts';
import type { Answer, OutputQuestion } from './decision.ts';
import { compileKernel } from './kernel.ts';

function ask(text: HostText, question: Partial<OutputQuestion> = {}): readonly string[] {
  const { answers } = decideOutput(compileKernel(hostOf('ipv6', text)), {
    family: 'ipv6',
    destination: '2a05::1',
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
  eth0 fd00::2/64
  eth1 2001:db8::2/64
  eth1 fe80::2/64`;
const routes = 'default via fe80::1 dev eth0 metric 1024';

describe('IPv6 tables', () => {
  test('a plain route is hidden by a source-specific sibling whose source does not match', () => {
    const plain = '2a05::/16 via fe80::9 dev eth0 metric 1024';
    const specific = '2a05::/16 from fd00:0:0:1::/64 via fe80::9 dev eth1 metric 1024';
    expect(ask({ routes: `${routes}\n${plain}`, addresses })).toEqual([
      'eth0 via fe80::9 from fd00::2',
    ]);
    expect(ask({ routes: `${routes}\n${plain}\n${specific}`, addresses })).toEqual([
      'eth0 via fe80::1 from fd00::2',
    ]);
  });

  test('::/0 is not hidden', () => {
    const specific = 'default from fd00:0:0:1::/64 via fe80::9 dev eth1 metric 1024';
    expect(ask({ routes: `${routes}\n${specific}`, addresses })).toEqual([
      'eth0 via fe80::1 from fd00::2',
    ]);
  });

  test('a silent router loses to a shorter prefix, but not on a router', () => {
    const both = `${routes}\n2a05::/16 via fe80::9 dev eth1 metric 1024`;
    const neighbours = 'fe80::9 dev eth1 FAILED';
    expect(ask({ routes: both, addresses, neighbours })).toEqual(['eth0 via fe80::1 from fd00::2']);
    const sysctls = { 'net.ipv6.conf.all.forwarding': '1' };
    expect(ask({ routes: both, addresses, neighbours, sysctls })).toEqual([
      'eth1 via fe80::9 from 2001:db8::2',
    ]);
  });

  test('router preference decides within a metric', () => {
    const both =
      'default via fe80::1 dev eth0 metric 1024 pref low\ndefault via fe80::3 dev eth0 metric 1024 pref high';
    expect(ask({ routes: both, addresses })).toEqual(['eth0 via fe80::3 from fd00::2']);
  });

  test.each([
    { route: 'unreachable 2a05::/16 dev lo metric 1024', is: 'EHOSTUNREACH' },
    { route: 'prohibit 2a05::/16 dev lo metric 1024', is: 'EACCES' },
    { route: 'blackhole 2a05::/16 dev lo metric 1024', is: 'EINVAL' },
    { route: 'throw 2a05::/16 dev lo metric 1024', is: 'ENETUNREACH' },
  ])('$route gives $is', ({ route, is }) => {
    expect(ask({ routes: `${routes}\n${route}`, addresses })).toEqual([is]);
  });

  test('without a route by the device asked for there is none', () => {
    expect(ask({ routes, addresses }, { oif: 'eth1' })).toEqual(['ENETUNREACH']);
  });
});

describe('IPv6 callers', () => {
  const rules = '10: from fd00::2 lookup 100';
  const text = { rules, addresses, routes: `${routes}\ndefault via fe80::9 dev eth1 table 100` };

  test('a connecting socket is routed once, before it has a source', () => {
    expect(ask(text, { asker: 'tcp-connect' })).toEqual(['eth0 via fe80::1 from fd00::2']);
  });

  test('bound to a source, its rule counts', () => {
    expect(ask(text, { asker: 'tcp-connect', source: 'fd00::2' })).toEqual([
      'eth1 via fe80::9 from fd00::2',
    ]);
  });

  test('where nothing is found without a source, the source gets a second try', () => {
    const specific = 'default from fd00::/64 via fe80::1 dev eth0 metric 1024';
    const only = { addresses: 'eth0 fd00::2/64', routes: specific };
    expect(ask(only, { asker: 'tcp-connect' })).toEqual(['eth0 via fe80::1 from fd00::2']);
    expect(ask(only)).toEqual(['ENETUNREACH']);
  });

  test('without any address it cannot connect', () => {
    expect(ask({ routes }, { asker: 'tcp-connect' })).toEqual(['EADDRNOTAVAIL']);
  });
});

describe('IPv6 sources', () => {
  const any = 'default via fe80::1 dev eth2 metric 1024';
  test.each([
    {
      why: 'deprecated addresses are avoided',
      addresses: 'eth2 fd00::1/64 deprecated\neth2 fd00::2/64',
      destination: 'fd00:1::1',
      source: 'fd00::2',
    },
    {
      why: 'the outgoing device goes before the label',
      addresses: 'eth0 fd00::1/64\neth2 2001:db8::1/64',
      destination: 'fd00:1::1',
      source: '2001:db8::1',
    },
    {
      why: 'the label goes before the common prefix',
      addresses: 'eth2 2002:100::1/64\neth2 2001:db8::1/64',
      destination: '2003::1',
      source: '2001:db8::1',
    },
    {
      why: 'the longest common prefix decides last',
      addresses: 'eth2 2001:db8:1::1/64\neth2 2001:db8:2::1/64',
      destination: '2001:db8:2::9',
      source: '2001:db8:2::1',
    },
    {
      why: 'the smallest scope that suffices is taken',
      addresses: 'eth2 fe80::5/64\neth2 2001:db8::1/64',
      destination: '2001:db8:2::9',
      source: '2001:db8::1',
    },
    {
      why: 'tentative addresses do not count',
      addresses: 'eth2 2001:db8::1/64 tentative\neth0 fd00::1/64',
      destination: '2001:db8:2::9',
      source: 'fd00::1',
    },
  ])('$why', ({ addresses, destination, source }) => {
    expect(ask({ routes: any, addresses }, { destination })).toEqual([
      `eth2 via fe80::1 from ${source}`,
    ]);
  });
});
