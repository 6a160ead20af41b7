import { describe, expect, test } from 'vitest';
import {
  clusterFacts,
  controllerPod,
  crashing,
  logged,
  presentIn,
} from '../../test/support/cluster-case.ts';

describe('controller-lost-leader-lease', () => {
  const LOST = 'failed to renew lease democratic-csi/x: timed out waiting for the condition';
  const restarted = {
    ...crashing('external-attacher', 255),
    ready: true,
    state: 'running' as const,
  };
  const lost = (agoMs: number, container = restarted) =>
    clusterFacts({
      csiPods: [controllerPod(container)],
      logs: [logged('external-attacher', LOST, agoMs)],
    });

  test('is proven when the sidecar ended as it stopped leading', () => {
    expect(presentIn(lost(1000))).toEqual(['controller-lost-leader-lease proven']);
  });

  test('is only likely when no end of it was seen', () => {
    expect(presentIn(lost(1000, { ...restarted, lastEndedUnixMs: 0 }))).toEqual([
      'controller-lost-leader-lease likely',
    ]);
  });

  test('is absent once the sidecar holds its lease again', () => {
    const again = logged('external-attacher', 'successfully acquired lease democratic-csi/x', 500);
    const facts = lost(1000);
    const logs = facts.logs.seen
      ? { ...facts.logs, value: [again, ...facts.logs.value] }
      : facts.logs;
    expect(presentIn({ ...facts, logs })).toEqual([]);
  });

  test('is absent when it is long past', () => {
    expect(presentIn(lost(16 * 60_000))).toEqual([]);
  });
});
