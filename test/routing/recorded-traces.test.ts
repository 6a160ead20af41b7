import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Snapshot } from '../../src/model/snapshot.ts';
import { traceThereAndBack } from '../../src/routing/trace.ts';
import { worldOf } from '../../src/routing/world.ts';

const SCENARIOS = join(import.meta.dirname, '../scenarios');

function legsOf(file: string, destination: string) {
  const text = readFileSync(join(SCENARIOS, `${file}.snapshot.json`), 'utf8');
  const world = worldOf(Snapshot.parse(JSON.parse(text)));
  const flow = { protocol: 'tcp' as const, destination, destinationPort: 2049 };
  return traceThereAndBack(world, flow, 'node');
}

// What each was, as the lab it was recorded in was made: see src/lab, faults as data.
describe('traces of recorded homelabs', () => {
  test.each([
    { file: 'healthy', forward: 'delivered', back: 'delivered' },
    { file: 'accept-routes', forward: 'delivered', back: 'dropped-by-peer' },
    { file: 'accept-routes-lan', forward: 'delivered', back: 'dropped-by-peer' },
    { file: 'accept-routes-rp1', forward: 'reverse-path-filtered', back: undefined },
    { file: 'accept-routes-pinned', forward: 'delivered', back: 'delivered' },
    { file: 'exit-node-no-lan', forward: 'delivered', back: 'dropped-by-peer' },
    { file: 'reply-by-tunnel-arrives', forward: 'delivered', back: 'delivered' },
    { file: 'accept-routes-without-nas', forward: 'delivered', back: 'cannot-tell' },
  ])('$file: there $forward, back $back', ({ file, forward, back }) => {
    const legs = legsOf(file, '10.0.0.210');
    expect(legs.forward.outcome).toBe(forward);
    expect(legs.back?.outcome).toBe(back);
  });

  test('IPv6 is captured as IPv4 is, and the IPv4 of the same host is not', () => {
    const { forward, back } = legsOf('accept-routes-ipv6', 'fd00:10::210');
    expect(forward.outcome).toBe('delivered');
    expect(back).toMatchObject({
      outcome: 'dropped-by-peer',
      steps: [{ device: 'tailscale0', table: 52, rule: { priority: 5270 } }, { action: 'drop' }],
    });
    expect(legsOf('accept-routes-ipv6', '10.0.0.210').back?.outcome).toBe('delivered');
  });
});
