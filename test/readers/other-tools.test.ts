import { expect, test } from 'vitest';
import type { Route, Rule } from '../../src/model/network.ts';
import { readIpAddresses } from '../../src/readers/ip-addr.ts';
import { readIpLinks } from '../../src/readers/ip-link.ts';
import { readIpNeighbours } from '../../src/readers/ip-neigh.ts';
import { readIpRoutes } from '../../src/readers/ip-route.ts';
import { readIpRules } from '../../src/readers/ip-rule.ts';
import { readMixedRoutes } from '../../src/readers/mixed-routes.ts';
import { readNetToolsRoutes } from '../../src/readers/net-tools-route.ts';
import { describeWith } from '../support/needs.ts';
import { printed, RICH_STATE } from './state.ts';

const IPV4 = { family: 'ipv4' } as const;
const IPV6 = { family: 'ipv6' } as const;
const BUSYBOX = { tool: 'busybox' } as const;

describeWith(['namespaces', 'ip', 'busybox'], 'BusyBox prints the same state in part', () => {
  const output = printed(RICH_STATE, {
    rules: 'ip -j -4 rule',
    routes4: 'ip -j -4 route show table all',
    routes6: 'ip -j -6 route show table all',
    addresses: 'ip -j addr',
    links: 'ip -j link',
    neighbours: 'ip -j neigh',
    'busybox rules': 'busybox ip rule',
    'busybox routes': 'busybox ip route show table all',
    'busybox addresses': 'busybox ip addr',
    'busybox links': 'busybox ip link',
    'busybox neighbours': 'busybox ip neigh',
  });

  test('rules are equal but for what BusyBox lacks', () => {
    const whole = readIpRules(output.rules, IPV4);
    const part = readIpRules(output['busybox rules'], { ...IPV4, ...BUSYBOX });
    expect(part.lacks).toHaveLength(1);
    // the goto, whose target it does not print, is the one rule that is missing
    expect(part.problems).toMatchObject([
      { why: 'BusyBox does not print where this "goto" leads' },
    ]);
    const expected = whole.value
      .filter(({ action }) => action.kind !== 'goto')
      .map(whatBusyboxShows);
    expect(part.value.map(whatBusyboxShows)).toEqual(expected);
  });

  test('routes are equal but for what BusyBox lacks', () => {
    const part = readMixedRoutes(output['busybox routes'], BUSYBOX);
    expect(part.lacks).toHaveLength(1);
    for (const { family, text } of [
      { family: 'ipv4', text: output.routes4 },
      { family: 'ipv6', text: output.routes6 },
    ] as const) {
      const whole = readIpRoutes(text, { family });
      expect(part.value[family].map(withoutWhatBusyboxLacks)).toEqual(
        whole.value.map(withoutWhatBusyboxLacks),
      );
    }
    const nowhere = part.problems.filter(
      ({ why }) => why === 'where this route leads is not printed',
    );
    expect(nowhere.length).toBe(part.problems.length);
    expect(nowhere.length).toBeGreaterThan(0);
  });

  test('addresses, neighbours and links are equal but for what BusyBox lacks', () => {
    const addresses = readIpAddresses(output['busybox addresses']);
    expect(addresses.problems).toEqual([]);
    const bare = ({ value }: typeof addresses) => value.map(({ broadcast: _, ...rest }) => rest);
    expect(bare(addresses)).toEqual(bare(readIpAddresses(output.addresses)));
    const neighbours = readIpNeighbours(output['busybox neighbours']);
    expect(neighbours).toEqual(readIpNeighbours(output.neighbours));
    const links = readIpLinks(output['busybox links']);
    expect(links.lacks).toHaveLength(1);
    expect(
      links.value.map(({ name, flags, mtuBytes, mac }) => ({ name, flags, mtuBytes, mac })),
    ).toEqual(
      readIpLinks(output.links).value.map(({ name, flags, mtuBytes, mac }) => ({
        name,
        flags,
        mtuBytes,
        mac,
      })),
    );
  });

  function whatBusyboxShows(rule: Rule): Partial<Rule> {
    const { not: _, oif: __, oifDetached: ___, uidRange: ____, ipproto: _____, ...rest } = rule;
    const { sport: ______, dport: _______, tunId: ________, protocol: _________, ...shown } = rest;
    return shown;
  }

  function withoutWhatBusyboxLacks(route: Route): Partial<Route> {
    const { protocol: _, pref: __, tos: ___, nexthopId: ____, mtuBytes: _____, ...rest } = route;
    const { expires: ______, nexthops, flags, ...shown } = rest;
    // several nexthops are not printed, nor is a gateway of the other family
    const hops = nexthops.length > 1 ? [] : nexthops.map(({ dev }) => dev);
    const gateway = nexthops.length > 1 ? undefined : nexthops[0]?.gateway;
    const sameFamily = gateway?.includes(':') === route.prefix.includes(':');
    return {
      ...shown,
      flags: flags.filter((flag) => flag !== 'linkdown'),
      ...{ hops },
      ...(sameFamily ? { gateway } : {}),
    };
  }
});

describeWith(['namespaces', 'ip', 'net-tools'], 'net-tools print the main table in part', () => {
  const output = printed(RICH_STATE, {
    routes: 'ip -j -4 route show table main',
    route: 'route -n',
    netstat: 'netstat -rn',
    'busybox route': 'busybox route -n',
  });
  const main = readIpRoutes(output.routes, IPV4).value;

  test.each(['route', 'netstat', 'busybox route'] as const)('%s -n', (tool) => {
    if (output[tool] === '') return;
    const { value, problems, lacks } = readNetToolsRoutes(output[tool]);
    expect(lacks?.[0]).toMatch(/^any table but main/);
    const shown = main
      .filter(({ type }) => type !== 'blackhole' && type !== 'throw')
      .filter(({ nexthops }) => !nexthops[0]?.gateway?.includes(':'))
      .map((route) => reduced(route, tool === 'netstat'));
    expect(value.map((route) => reduced(route, tool === 'netstat'))).toEqual(shown);
    expect(problems.every(({ why }) => /blackhole|unreachable|another family/.test(why))).toBe(
      true,
    );
    expect(problems.length).toBe(4);
  });

  function reduced({ prefix, type, metric, nexthops: [first] }: Route, noMetric: boolean) {
    return {
      prefix,
      refused: type !== 'unicast',
      metric: noMetric ? 0 : metric,
      dev: first?.dev,
      gateway: first?.gateway,
    };
  }
});

describeWith(['namespaces', 'ip'], 'ip without -4 or -6', () => {
  const output = printed(RICH_STATE, {
    json: 'ip -j route show table all',
    text: 'ip route show table all',
    ipv4: 'ip -j -4 route show table all',
    ipv6: 'ip -j -6 route show table all',
  });

  test.each(['json', 'text'] as const)(
    'prints both families in one list (%s), which are told apart',
    (form) => {
      // ip prints IPv4 alone unless a table of both is asked for; then one after the other
      const { value, problems } = readMixedRoutes(output[form]);
      expect(problems).toEqual([]);
      expect(value.ipv4).toEqual(readIpRoutes(output.ipv4, IPV4).value);
      if (value.ipv6.length > 0) expect(value.ipv6).toEqual(readIpRoutes(output.ipv6, IPV6).value);
    },
  );
});
