import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KernelRoute } from '../model/observation.ts';
import { Snapshot } from '../model/snapshot.ts';
import { diagnose } from './diagnose.ts';

const OUTAGE = Snapshot.parse(
  JSON.parse(readFileSync('test/scenarios/cluster-outage.snapshot.json', 'utf8')),
);

const { cluster } = OUTAGE;
if (!cluster?.hangingPods.seen || !cluster.csiPods.seen) throw new Error('Cannot find the pods');
const elsewhere = <T extends { readonly name: string }>(pods: readonly T[]) =>
  pods.map((pod) => (pod.name.startsWith('sonarr') ? pod : { ...pod, nodeName: 'talos-2' }));
/** The controllers and all pods but sonarr hang on another node. */
const spread: Snapshot = {
  ...OUTAGE,
  cluster: {
    ...cluster,
    hangingPods: { ...cluster.hangingPods, value: elsewhere(cluster.hangingPods.value) },
    csiPods: { ...cluster.csiPods, value: elsewhere(cluster.csiPods.value) },
    pendingClaims: {
      ...cluster.hangingPods,
      value: [
        { namespace: 'media', name: 'films', provisioner: 'org.democratic-csi.hdd', messages: [] },
      ],
    },
  },
};

function namesIn(snapshot: Snapshot, cause: string): string[] {
  const [finding] = diagnose(snapshot).findings;
  expect(finding?.cause).toBe(cause);
  return finding?.affects?.map(({ name }) => name) ?? [];
}

describe('what hangs because of a broken way', () => {
  test('is only what is on the node, of a route of that node alone', () => {
    const astray: KernelRoute = {
      kind: 'kernel-route',
      host: 'talos-1',
      atUnixMs: OUTAGE.endedUnixMs,
      flow: { protocol: 'tcp', destination: '10.0.0.210' },
      command: 'ip route get 10.0.0.210',
      answer: { is: 'route', type: 'unicast', table: 254, dev: 'eth0', gateway: '10.0.0.38' },
      raw: '10.0.0.210 via 10.0.0.38 dev eth0',
    };
    const observations = OUTAGE.observations.filter(({ kind }) => kind !== 'socket');
    const snapshot = { ...spread, observations: [...observations, astray] };
    expect(namesIn(snapshot, 'node-route-astray')).toEqual(['sonarr']);
    expect(diagnose(snapshot).findings[0]?.chain.at(-1)).toBe('so sonarr (media) cannot start');
  });

  test('is on any node, of a server that misroutes', () => {
    expect(namesIn(spread, 'lan-route-captured-by-vpn')).toEqual(
      expect.arrayContaining(['sonarr', 'jellyfin', 'immich', 'films']),
    );
  });
});
