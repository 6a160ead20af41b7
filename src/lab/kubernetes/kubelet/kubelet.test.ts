import { describe, expect, test } from 'vitest';
import type { ContainerStatus, Pod } from '../kinds.ts';
import { createBackOff, goDuration } from './back-off.ts';
import { createLogs } from './logs.ts';
import { mountFailure } from './mount-texts.ts';
import { type PodFacts, podStatus } from './pod-status.ts';
import type { MountAsk } from './runner.ts';

describe('createBackOff()', () => {
  /** Waits before each restart of a container that ends as soon as it starts. */
  const waits = (scale: number, restarts: number): readonly number[] => {
    const backOff = createBackOff(scale);
    let now = 0;
    return Array.from({ length: restarts }, () => {
      const waitMs = backOff.remainingMs(now, now);
      now += waitMs;
      backOff.advance(now);
      return waitMs;
    });
  };

  test('restarts at once, then after 10 s doubling to 5 min', () => {
    expect(waits(1, 9).map((ms) => ms / 1000)).toEqual([0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  test('a scale makes every wait shorter by the same factor', () => {
    expect(waits(10, 8).map((ms) => ms / 1000)).toEqual([0, 1, 2, 4, 8, 16, 30, 30]);
  });

  test('counts from when the container ended', () => {
    const backOff = createBackOff(1);
    backOff.advance(0);
    expect(backOff.remainingMs(5000, 9000)).toBe(6000);
  });

  test('begins anew after ten minutes without a restart', () => {
    const backOff = createBackOff(1);
    for (let at = 0; at < 5; at += 1) backOff.advance(0);
    expect(backOff.remainingMs(599_000, 599_000)).toBe(160_000);
    expect(backOff.remainingMs(601_000, 601_000)).toBe(0);
    backOff.advance(601_000);
    expect(backOff.currentMs()).toBe(10_000);
  });
});

describe('goDuration()', () => {
  test.each([
    [100, '100ms'],
    [1500, '1.5s'],
    [10_000, '10s'],
    [80_000, '1m20s'],
    [300_000, '5m0s'],
  ])('prints %d ms as %s', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});

describe('podStatus()', () => {
  const pod = (restartPolicy: 'Always' | 'OnFailure' | 'Never'): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { restartPolicy, containers: [] },
  });
  const container = (state: ContainerStatus['state'], lastState = {}): ContainerStatus => ({
    name: 'c',
    image: 'i',
    imageID: '',
    ready: state.running !== undefined,
    started: true,
    restartCount: 0,
    state,
    lastState,
  });
  const running = container({ running: { startedAt: '' } });
  const creating = container({ waiting: { reason: 'ContainerCreating' } });
  const ended = (exitCode: number): ContainerStatus =>
    container({
      terminated: { exitCode, reason: '', startedAt: '', finishedAt: '', containerID: '' },
    });
  const backOff = container({ waiting: { reason: 'CrashLoopBackOff' } }, ended(1).state);
  const facts = (...statuses: ContainerStatus[]): PodFacts => ({
    hostIp: '10.0.0.197',
    podIp: '10.244.0.2',
    startedUnixMs: 0,
    initStatuses: [],
    statuses,
  });

  test.each([
    { policy: 'Always', statuses: [running, creating], phase: 'Pending', ready: 'False' },
    { policy: 'Always', statuses: [running, running], phase: 'Running', ready: 'True' },
    { policy: 'Always', statuses: [running, backOff], phase: 'Running', ready: 'False' },
    { policy: 'Always', statuses: [ended(1)], phase: 'Running', ready: 'False' },
    { policy: 'Never', statuses: [ended(0), ended(1)], phase: 'Failed', ready: 'False' },
    { policy: 'Never', statuses: [ended(0), running], phase: 'Running', ready: 'False' },
    { policy: 'Never', statuses: [ended(0)], phase: 'Succeeded', ready: 'False' },
    { policy: 'OnFailure', statuses: [ended(1)], phase: 'Running', ready: 'False' },
  ] as const)('of $policy is $phase', ({ policy, statuses, phase, ready }) => {
    const status = podStatus(pod(policy), facts(...statuses), 0);
    expect(status.phase).toBe(phase);
    expect(status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe(ready);
  });

  test('keeps the time of conditions that did not change', () => {
    const first = podStatus(pod('Always'), facts(creating), 1000);
    const second = podStatus({ ...pod('Always'), status: first }, facts(running), 60_000);
    const times = (type: string) =>
      [first, second].map(
        ({ conditions }) => conditions?.find((one) => one.type === type)?.lastTransitionTime,
      );
    expect(times('PodScheduled')).toEqual(['1970-01-01T00:00:01Z', '1970-01-01T00:00:01Z']);
    expect(times('Ready')).toEqual(['1970-01-01T00:00:01Z', '1970-01-01T00:01:00Z']);
  });
});

describe('createLogs()', () => {
  test('keeps this run and the one before, and tells followers the end', () => {
    const logs = createLogs(() => 7);
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u' } };
    const lines = (previous: boolean) =>
      logs.source({ pod, container: 'c', previous })?.lines.map(({ text }) => text);
    expect(lines(false)).toBeUndefined();
    for (const text of ['one', 'two', 'three']) {
      const run = logs.open('u', 'c');
      run.write(text);
      if (text !== 'three') run.end();
    }
    expect([lines(true), lines(false)]).toEqual([['two'], ['three']]);
    const heard: string[] = [];
    logs.source({ pod, container: 'c', previous: true })?.follow(
      ({ text }) => heard.push(text),
      () => heard.push('end'),
    );
    expect(heard).toEqual(['end']);
    logs.forget('u');
    expect(lines(false)).toBeUndefined();
  });
});

describe('mountFailure()', () => {
  const ask: MountAsk = {
    pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] } },
    protocol: 'nfs',
    server: '10.0.0.210',
    port: 2049,
    share: '/mnt/tank/x',
    timeoutMs: 1,
    signal: new AbortController().signal,
  };

  test.each([
    {
      failure: 'timed-out',
      text: 'rpc error: code = Internal desc = {"code":null,"stdout":"","stderr":"","timeout":true}',
    },
    {
      failure: 'refused',
      text: 'rpc error: code = Internal desc = {"code":32,"stdout":"","stderr":"mount.nfs: Connection refused\\n"}',
    },
    {
      failure: 'denied',
      text: 'rpc error: code = Internal desc = {"code":32,"stdout":"","stderr":"mount.nfs: access denied by server while mounting 10.0.0.210:/mnt/tank/x\\n"}',
    },
  ] as const)('of democratic-csi for $failure wraps the helper in JSON', ({ failure, text }) => {
    expect(mountFailure(failure, ask, { is: 'democratic-csi' })).toBe(text);
  });

  test('of the kubelet itself shows command and output', () => {
    const text = mountFailure('no-route', ask, { is: 'in-tree', targetPath: '/t' });
    expect(text).toBe(
      'mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs 10.0.0.210:/mnt/tank/x /t\nOutput: mount.nfs: No route to host\n',
    );
  });

  test('of iSCSI gives the number and words of iscsiadm', () => {
    const iscsi = { ...ask, protocol: 'iscsi', port: 3260, share: 'iqn.x:y' } as const;
    expect(mountFailure('timed-out', iscsi, { is: 'democratic-csi' })).toContain(
      '(8 - connection timed out)',
    );
  });
});
