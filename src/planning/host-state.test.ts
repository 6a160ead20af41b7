import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { HostFacts } from '../model/host.ts';
import { Snapshot } from '../model/snapshot.ts';
import { hostState, stateDifference } from './host-state.ts';

const { hosts, question } = Snapshot.parse(
  JSON.parse(readFileSync('recordings/accept-routes.snapshot.json', 'utf8')),
);

test('hostState() tells a host from its twin, so that no plan for one is applied to the other', () => {
  const as = (id: string) => {
    const machineId = { seen: true, value: id, from: 'cat /etc/machine-id', readAtUnixMs: 0 };
    return hostState({ ...hosts[question.to], machineId } as HostFacts, 'ssh://nas');
  };
  expect(stateDifference(as('a1'), as('a1'))).toEqual([]);
  expect(stateDifference(as('a1'), as('b2'))).toEqual(['- machine a1', '+ machine b2']);
});

test('hostState() holds of the apps what the vantage to act by will show again', () => {
  const app = { name: 'tailscale', acceptRoutes: true, authOnce: true };
  const truenas = {
    tailscaleApps: { seen: true, value: [app], from: 'app.config', readAtUnixMs: 0 },
  };
  const linesBy = (vantage: string) =>
    hostState({ ...hosts[question.to], truenas } as HostFacts, vantage).lines.join('\n');
  expect(linesBy('truenas://10.0.0.210')).toContain('app tailscale accept_routes true');
  expect(linesBy('ssh://10.0.0.210')).not.toContain('app tailscale');
});
