import { describe, expect, test } from 'vitest';
import { readPasted } from './pasted.ts';

const NOW = Date.parse('2026-01-01T03:00:00Z');

const DESCRIBED = `Name:             jellyfin-7d4b9c8f6d-abcde
Namespace:        media
Priority:         0
Node:             talos-1/10.0.0.197
Status:           Pending
Events:
  Type     Reason       Age                 From               Message
  ----     ------       ----                ----               -------
  Normal   Scheduled    19m                 default-scheduler  Successfully assigned media/jellyfin to talos-1
  Warning  FailedMount  12s (x9 over 19m)   kubelet            MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = Internal desc = {"code":null,"stdout":"","stderr":"","timeout":true}
`;

const EVENTS = `NAMESPACE        LAST SEEN   TYPE      REASON        OBJECT                                     MESSAGE
media            12s         Warning   FailedMount   pod/jellyfin-7d4b9c8f6d-abcde              Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: timed out waiting for the condition
democratic-csi   5m          Warning   Unhealthy     pod/democratic-csi-hdd-controller-1-x      Liveness probe failed: error: {"code":9,"details":"TrueNAS api is unavailable: AxiosError: timeout of 5000ms exceeded"}
`;

const PODS = `NAMESPACE        NAME                                READY   STATUS              RESTARTS        AGE
democratic-csi   democratic-csi-hdd-controller-1-x   2/6     CrashLoopBackOff    48 (3m ago)     2d
media            jellyfin-7d4b9c8f6d-abcde           0/1     ContainerCreating   0               19m
`;

const LOG = `I0101 02:41:00.000000       1 common.go:138] Probing CSI driver for readiness
E0101 02:41:05.000000       1 csi-provisioner.go:218] CSI driver probe failed: rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: Error: FreeNAS error getting system version info: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}
`;

describe('readPasted()', () => {
  test('reads what `kubectl describe pod` says', () => {
    const { messages, pods } = readPasted(DESCRIBED, { nowUnixMs: NOW });
    expect(pods).toEqual([
      { name: 'jellyfin-7d4b9c8f6d-abcde', namespace: 'media', nodeName: 'talos-1' },
    ]);
    expect(messages).toMatchObject([
      { reason: 'Scheduled', signatures: [] },
      {
        where: 'event',
        reason: 'FailedMount',
        reporter: 'kubelet',
        about: { kind: 'Pod', namespace: 'media', name: 'jellyfin-7d4b9c8f6d-abcde' },
        count: 9,
        firstUnixMs: NOW - 19 * 60_000,
        lastUnixMs: NOW - 12_000,
        signatures: [{ id: 'driver-exec-timeout' }],
      },
    ]);
  });

  test('reads what `kubectl get events -A` says', () => {
    const { messages, signatures } = readPasted(EVENTS, { nowUnixMs: NOW });
    expect(messages.map(({ about }) => about)).toEqual([
      { kind: 'Pod', namespace: 'media', name: 'jellyfin-7d4b9c8f6d-abcde' },
      { kind: 'Pod', namespace: 'democratic-csi', name: 'democratic-csi-hdd-controller-1-x' },
    ]);
    expect(signatures.map(({ id }) => id)).toEqual([
      'axios-timeout-5000',
      'truenas-api-unavailable',
      'liveness-failed',
      'volumes-not-mounted',
    ]);
  });

  test('reads what `kubectl get pods -A` says', () => {
    expect(readPasted(PODS).pods).toMatchObject([
      {
        namespace: 'democratic-csi',
        readyContainers: 2,
        containers: 6,
        status: 'CrashLoopBackOff',
        restarts: 48,
      },
      { namespace: 'media', name: 'jellyfin-7d4b9c8f6d-abcde', status: 'ContainerCreating' },
    ]);
  });

  test('takes everything else for a log', () => {
    expect(readPasted(LOG).signatures.map(({ id }) => id)).toEqual([
      'axios-timeout-5000',
      'truenas-api-unavailable',
      'csi-probe-failed',
    ]);
  });

  test('reads all of them from one paste', () => {
    const all = readPasted([PODS, EVENTS, DESCRIBED, LOG].join('\n'), { nowUnixMs: NOW });
    expect(all.pods).toHaveLength(3);
    expect(all.signatures.find(({ id }) => id === 'axios-timeout-5000')?.count).toBe(2);
    expect(all.signatures.map(({ id }) => id)).toContain('driver-exec-timeout');
  });

  test('keeps no secret', () => {
    const text = `E0101 02:41:05.000000       1 x.go:1] CSI driver probe failed: {"headers":{"Authorization":"Bearer 1-planted"},"statusText":"Unauthorized"}`;
    expect(JSON.stringify(readPasted(text))).not.toContain('1-planted');
  });

  test.each([
    '',
    '\n\n',
    '\0\u001b[31m',
    'x'.repeat(100_000),
    'NAME READY STATUS RESTARTS AGE\n???',
  ])('survives nonsense', (text) => {
    expect(readPasted(text).messages).toEqual([]);
  });
});
