import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { missing } from '../../src/model/fact.ts';
import type { HostFacts } from '../../src/model/host.ts';
import type { Route } from '../../src/model/network.ts';
import type { Probe } from '../../src/model/observation.ts';
import { Snapshot } from '../../src/model/snapshot.ts';

const UNREAD = missing<never>('not allowed to read it');
const EXIT = 'exit-node-captures-lan';

function recorded(name: string): Snapshot {
  const text = readFileSync(`${import.meta.dirname}/${name}.snapshot.json`, 'utf8');
  return Snapshot.parse(JSON.parse(text));
}

const exitNode = recorded('exit-node-no-lan');

function causesWith(change: (server: HostFacts) => HostFacts) {
  const { to } = exitNode.question;
  const server = exitNode.hosts[to];
  if (!server) throw new Error('the recording has no server');
  const { findings, ruledOut } = diagnose({
    ...exitNode,
    hosts: { ...exitNode.hosts, [to]: change(server) },
  });
  const found = findings.map(({ cause, certainty }) => `${certainty} ${cause}`);
  return { found, ruledOut: ruledOut.map(({ cause }) => cause), findings };
}

const withoutPrefs = (server: HostFacts): HostFacts => ({
  ...server,
  tailscale: { ...server.tailscale, prefs: UNREAD },
});

/** The routes of table 52 for the LAN itself are not there: the default route takes it. */
const byDefaultRoute = (server: HostFacts): HostFacts => {
  const { routes } = server.network;
  if (!routes.ipv4.seen) throw new Error('the recording has no routes');
  const isOther = ({ table, prefix }: Route) => table !== 52 || prefix !== '10.0.0.0/24';
  const ipv4 = { ...routes.ipv4, value: routes.ipv4.value.filter(isOther) };
  return { ...server, network: { ...server.network, routes: { ...routes, ipv4 } } };
};

function prefsOf(change: {
  readonly exitNodeAllowsLan?: boolean;
  readonly acceptsRoutes?: boolean;
}) {
  return (server: HostFacts): HostFacts => {
    const { prefs } = server.tailscale;
    if (!prefs.seen) throw new Error('the recording has no preferences');
    const value = { ...prefs.value, ...change };
    return { ...server, tailscale: { ...server.tailscale, prefs: { ...prefs, value } } };
  };
}

describe('an exit node and accepted routes are told apart', () => {
  test('with its preferences the exit node is proven', () => {
    expect(causesWith((server) => server).found).toEqual([`proven ${EXIT}`]);
  });

  test('where they were not read, a default route by the tunnel is of an exit node all the same', () => {
    const { found } = causesWith((server) => withoutPrefs(byDefaultRoute(server)));
    expect(found).toEqual([`proven ${EXIT}`]);
  });

  test('where they were not read, a route for its own subnet beside it makes it likely, and excludes nothing', () => {
    const { found, ruledOut, findings } = causesWith(withoutPrefs);
    expect(found).toEqual([`likely ${EXIT}`]);
    expect(findings[0]?.wouldProve).toMatch(/tailscale debug prefs/);
    expect(ruledOut).not.toContain('lan-route-captured-by-vpn');
  });

  test('an exit node with LAN access is not accused of a route for the subnet', () => {
    const allowed = prefsOf({ exitNodeAllowsLan: true, acceptsRoutes: true });
    expect(causesWith(allowed).found).toEqual(['proven lan-route-captured-by-vpn']);
  });
});

describe('where nobody looks at the server', () => {
  const outside = recorded('accept-routes-without-nas');
  const { from, compare } = outside.question;
  const answered = outside.observations.find(
    (o): o is Probe => o.kind === 'probe' && o.role === 'target' && compare.includes(o.host),
  );
  const silenced = outside.observations.map((o) =>
    o.kind === 'probe' && o.role === 'target' && o.host !== from
      ? { ...o, outcome: 'timed-out' as const, elapsedMs: 5500 }
      : o,
  );

  test('a neighbour that is answered makes an accepted route likely', () => {
    expect(answered?.outcome).toBe('answered');
    expect(diagnose(outside).findings).toMatchObject([
      { cause: 'lan-route-captured-by-vpn', certainty: 'likely' },
    ]);
  });

  test('a neighbour that nobody advertises and that is silent as well leaves it open', () => {
    const { findings, verdict } = diagnose({ ...outside, observations: silenced });
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
  });
});
