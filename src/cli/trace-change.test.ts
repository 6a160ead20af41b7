import { describe, expect, test } from 'vitest';
import { nas } from '../../test/support/homelab-world.ts';
import { parseChanges } from './trace-change.ts';

const { state } = nas();

describe('parseChanges()', () => {
  test.each([
    [
      'rule to 10.0.0.0/24 lookup main priority 2500',
      {
        kind: 'add-rule',
        family: 'ipv4',
        rule: { priority: 2500, to: '10.0.0.0/24', action: { kind: 'lookup', table: 254 } },
      },
    ],
    // the kernel puts it before the second rule
    [
      'rule from 10.0.0.210 table 7',
      {
        kind: 'add-rule',
        family: 'ipv4',
        rule: { priority: 5209, from: '10.0.0.210/32', action: { kind: 'lookup', table: 7 } },
      },
    ],
    [
      'rule -6 prohibit pref 3',
      { kind: 'add-rule', family: 'ipv6', rule: { priority: 3, action: { kind: 'prohibit' } } },
    ],
    [
      'route 10.0.0.197 dev enp1s0 table 52',
      {
        kind: 'add-route',
        route: { table: 52, prefix: '10.0.0.197/32', scope: 'link', metric: 0 },
      },
    ],
    [
      'route 10.9.0.0/16 via 10.0.0.1',
      {
        kind: 'add-route',
        route: { table: 254, scope: 'global', nexthops: [{ gateway: '10.0.0.1' }] },
      },
    ],
    [
      'route 2a00::/16 via fd00::1 dev eth0',
      { kind: 'add-route', family: 'ipv6', route: { metric: 1024, pref: 'medium' } },
    ],
    [
      'route blackhole 10.9.0.0/16',
      { kind: 'add-route', route: { type: 'blackhole', nexthops: [] } },
    ],
    [
      'address 10.0.0.7/24 dev enp1s0',
      { kind: 'add-address', address: { local: '10.0.0.7', prefixLength: 24, dev: 'enp1s0' } },
    ],
  ])('adds %s', (text, change) => {
    expect(parseChanges({ add: [text] }, state)).toMatchObject([change]);
  });

  test.each([
    ['rule priority 5270', { kind: 'del-rule', wanted: { priority: 5270 } }],
    ['rule lookup 52', { kind: 'del-rule', wanted: { action: { kind: 'lookup', table: 52 } } }],
    [
      'route 10.0.0.197 table 52',
      { kind: 'del-route', wanted: { prefix: '10.0.0.197/32', table: 52 } },
    ],
    [
      'route default via 10.0.0.1',
      { kind: 'del-route', wanted: { prefix: '0.0.0.0/0', nexthops: [{ gateway: '10.0.0.1' }] } },
    ],
  ])('deletes %s', (text, change) => {
    const [read] = parseChanges({ del: [text] }, state);
    expect(read).toMatchObject(change);
    if (read?.kind === 'del-rule') expect(Object.keys(read.wanted)).toHaveLength(1);
  });

  test('goes by settings, deletions, additions, devices', () => {
    const changes = parseChanges(
      {
        down: ['enp1s0'],
        add: ['rule nop'],
        del: ['rule nop'],
        set: ['tailscale.acceptRoutes=false'],
      },
      state,
    );
    expect(changes.map(({ kind }) => kind)).toEqual([
      'stop-accepting-routes',
      'del-rule',
      'add-rule',
      'device-down',
    ]);
  });

  test.each([
    { set: ['tailscale.acceptRoutes=true'] },
    { set: ['rp_filter=0'] },
    { add: ['10.0.0.0/24 dev eth0'] },
    { add: ['rule'] },
    { add: ['rule to 10.0.0.0/24 priority x lookup main'] },
    { add: ['rule to 10.0.0.0/24 priority 5'] },
    { add: ['route 10.0.0.0/24'] },
    { add: ['route 10.0.0.0/99 dev eth0'] },
    { add: ['address 10.0.0.7/24'] },
    { add: ['address 10.0.0.7/64 dev eth0'] },
    { del: ['address 10.0.0.7/24 dev eth0'] },
  ])('refuses %o', (options) => {
    expect(() => parseChanges(options, state)).toThrow(SyntaxError);
  });
});
