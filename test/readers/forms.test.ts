import { expect, test } from 'vitest';
import type { Route } from '../../src/model/network.ts';
import { readIpAddresses } from '../../src/readers/ip-addr.ts';
import { readIpLinks } from '../../src/readers/ip-link.ts';
import { readIpNeighbours } from '../../src/readers/ip-neigh.ts';
import { readIpRoutes } from '../../src/readers/ip-route.ts';
import { readIpRules } from '../../src/readers/ip-rule.ts';
import { describeWith } from '../support/needs.ts';
import { printed, RICH_STATE } from './state.ts';

describeWith(['namespaces', 'ip'], 'ip prints one state in many forms', () => {
  const FORMS = {
    json: '-j',
    detailed: '-j -d',
    numeric: '-j -N',
    pretty: '-j -p',
    text: '',
    'numeric text': '-N',
    'detailed text': '-d',
    'detailed numeric text': '-d -N',
    'one-line text': '-o',
  };
  const commands: Record<string, string> = {};
  for (const [form, flags] of Object.entries(FORMS)) {
    for (const family of ['4', '6']) {
      commands[`rule ${family} ${form}`] = `ip ${flags} -${family} rule`;
      commands[`route ${family} ${form}`] = `ip ${flags} -${family} route show table all`;
    }
    commands[`addr ${form}`] = `ip ${flags} addr`;
    commands[`neigh ${form}`] = `ip ${flags} neigh`;
    commands[`link ${form}`] = `ip ${flags} -d link`;
  }
  const output = printed(RICH_STATE, commands);
  const families = [
    { digit: '4', family: 'ipv4' },
    { digit: '6', family: 'ipv6' },
  ] as const;
  const forms = Object.keys(FORMS).map((form) => ({ form }));

  test.each(forms)('rules in form "$form" give the same model', ({ form }) => {
    for (const { digit, family } of families) {
      const read = readIpRules(output[`rule ${digit} ${form}`] ?? '', { family });
      const reference = readIpRules(output[`rule ${digit} json`] ?? '', { family });
      expect(read.problems).toEqual([]);
      expect(read.lacks).toBeUndefined();
      expect(read.value).toEqual(reference.value);
      expect(reference.value.length).toBeGreaterThan(3);
    }
  });

  test.each(forms)('routes in form "$form" give the same model', ({ form }) => {
    for (const { digit, family } of families) {
      const read = readIpRoutes(output[`route ${digit} ${form}`] ?? '', { family });
      const reference = readIpRoutes(output[`route ${digit} json`] ?? '', { family });
      expect(read.problems).toEqual([]);
      expect(read.lacks).toBeUndefined();
      expect(read.value).toEqual(reference.value);
      expect(reference.value.length).toBeGreaterThan(15);
    }
  });

  test.each(forms)('addresses, neighbours and links in form "$form" likewise', ({ form }) => {
    const addresses = readIpAddresses(output[`addr ${form}`] ?? '');
    expect(addresses.problems).toEqual([]);
    expect(addresses.value).toEqual(readIpAddresses(output['addr json'] ?? '').value);
    const neighbours = readIpNeighbours(output[`neigh ${form}`] ?? '');
    expect(neighbours.problems).toEqual([]);
    expect(neighbours.value).toEqual(readIpNeighbours(output['neigh json'] ?? '').value);
    const links = readIpLinks(output[`link ${form}`] ?? '');
    expect(links.problems).toEqual([]);
    expect(links.value).toEqual(readIpLinks(output['link json'] ?? '').value);
  });

  test('the model holds what was asked for', () => {
    const rules = readIpRules(output['rule 4 json'] ?? '', { family: 'ipv4' }).value;
    expect(rules.find(({ priority }) => priority === 10)).toEqual({
      priority: 10,
      not: true,
      from: '10.0.0.0/8',
      to: '1.2.3.4/32',
      fwmark: { value: 0x10, mask: 0xff },
      iif: 'v0',
      oif: 'zzz',
      oifDetached: true,
      uidRange: { first: 0, last: 100 },
      ipproto: 6,
      sport: { first: 5, last: 5 },
      dport: { first: 80, last: 90 },
      action: { kind: 'lookup', table: 1000 },
      suppressPrefixLength: 0,
      suppressIfGroup: 0,
    });
    expect(rules.find(({ priority }) => priority === 5210)?.protocol).toBe('201');
    const routes = readIpRoutes(output['route 4 json'] ?? '', { family: 'ipv4' }).value;
    const to = (prefix: string): Route | undefined =>
      routes.find((route) => route.prefix === prefix);
    expect(to('10.0.0.197/32')).toEqual({
      table: 52,
      type: 'unicast',
      prefix: '10.0.0.197/32',
      tos: 0,
      metric: 0,
      protocol: 'boot',
      scope: 'link',
      flags: [],
      nexthops: [{ dev: 'v2', weight: 1, flags: [] }],
    });
    expect(to('44.0.0.0/8')?.nexthops).toEqual([
      { gateway: '10.0.0.7', dev: 'v0', weight: 2, flags: [] },
      { gateway: '10.0.0.8', dev: 'v0', weight: 5, flags: [] },
    ]);
    expect(to('40.0.0.0/8')?.nexthops[0]?.gateway).toBe('fd00:1::9');
    expect(to('41.0.0.0/8')).toMatchObject({ tos: 16, mtuBytes: 1400, flags: ['onlink'] });
  });
});
