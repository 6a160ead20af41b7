import { describe, expect, test } from 'vitest';
import { cryptokeyRules, type Tunnel } from './cryptokey-rules.ts';
import type { Acceptance, Member } from './member.ts';

function tunnel(device: string, routes: readonly string[], acceptance: Acceptance): Tunnel {
  const nodeId = device.length;
  const member: Member = {
    stableId: device,
    nodeId,
    key: '',
    hostName: device,
    addresses: [`100.64.0.${nodeId}`],
    tags: [],
    tun: true,
    advertises: routes,
    online: true,
  };
  const allowedIps = [`100.64.0.${nodeId}/32`, ...routes];
  const view = { member, allowedIps, primaryRoutes: routes };
  return { view, acceptance, device, table: 100 + nodeId };
}

const nothing: Acceptance = { routes: false, exitNode: '' };
const everything: Acceptance = { routes: true, exitNode: '' };
const nas = tunnel('nas', [], nothing);
const router = tunnel('router', ['10.0.0.197/32'], nothing);

describe('cryptokeyRules()', () => {
  test('lets two nodes that accept no routes talk by their own addresses alone', () => {
    expect(cryptokeyRules([nas, router], 'ipv4')).toEqual([
      'from 100.64.0.3/32 to 100.64.0.6/32 iif nas lookup 106 priority 1000',
      'to 100.64.0.6/32 iif nas blackhole priority 1001',
      'iif nas blackhole priority 1002',
      'from 100.64.0.6/32 to 100.64.0.3/32 iif router lookup 103 priority 2000',
      'to 100.64.0.3/32 iif router blackhole priority 2001',
      'iif router blackhole priority 2002',
    ]);
  });

  test('hands a subnet to its router for a sender that accepts routes, from tailnet sources only', () => {
    const rules = cryptokeyRules([{ ...nas, acceptance: everything }, router], 'ipv4');
    const toSubnet = rules.filter((rule) => rule.includes('to 10.0.0.197/32'));
    expect(toSubnet).toEqual([
      'from 100.64.0.3/32 to 10.0.0.197/32 iif nas lookup 106 priority 1002',
      'to 10.0.0.197/32 iif nas blackhole priority 1003',
    ]);
  });

  test('lets the subnet answer only a receiver that accepts it', () => {
    const from = (acceptance: Acceptance) =>
      cryptokeyRules([{ ...nas, acceptance }, router], 'ipv4').some((rule) =>
        rule.startsWith('from 10.0.0.197/32 to 100.64.0.3/32 iif router'),
      );
    expect(from(nothing)).toBe(false);
    expect(from(everything)).toBe(true);
  });

  test('asks longer prefixes first, and a longer one that refuses is not passed over', () => {
    const wide = tunnel('wide-router', ['10.0.0.0/24'], nothing);
    const rules = cryptokeyRules([{ ...nas, acceptance: everything }, wide, router], 'ipv4');
    const order = rules.flatMap((rule) => /^to (10\.\S+) iif nas blackhole/.exec(rule)?.[1] ?? []);
    expect(order).toEqual(['10.0.0.197/32', '10.0.0.0/24']);
  });

  test('passes nothing between nodes of which one is offline', () => {
    const off = {
      ...router,
      view: { ...router.view, member: { ...router.view.member, online: false } },
    };
    expect(cryptokeyRules([nas, off], 'ipv4').filter((rule) => rule.includes('lookup'))).toEqual(
      [],
    );
  });

  test('keeps the families apart', () => {
    expect(cryptokeyRules([nas, router], 'ipv6')).toEqual([
      'iif nas blackhole priority 1000',
      'iif router blackhole priority 2000',
    ]);
  });
});
