import { describe, expect, test } from 'vitest';
import { caseOf, probe } from '../../test/support/case.ts';
import {
  apiUnavailable,
  clusterCaseOf,
  clusterFacts,
  controllerPod,
  crashing,
  hangingPod,
  logged,
} from '../../test/support/cluster-case.ts';
import type { ClusterFacts } from '../model/cluster.ts';
import { clusterCauses } from './index.ts';

/** Id and certainty of every cause that is present. */
function present(cluster: ClusterFacts, cases = [caseOf({ probes: [probe('answered', 1)] })]) {
  const c = clusterCaseOf({ cluster, cases });
  return clusterCauses.flatMap(({ id, judge }) => {
    const verdict = judge(c);
    return verdict.is === 'present' ? [`${id} ${verdict.certainty}`] : [];
  });
}

/** A controller whose sidecar ended in the moment its driver logged this. */
const failing = (text: string, agoMs?: number) =>
  clusterFacts({
    csiPods: [controllerPod(crashing('external-attacher', 1))],
    logs: [logged('csi-driver', text, agoMs)],
  });
const answer = (statusText: string) =>
  apiUnavailable(`{"errors":{},"responses":{"v2":{"statusText":"${statusText}"}}}`);
const error = (text: string) => apiUnavailable(`{"errors":{"v2":"${text}"},"responses":{}}`);
const waiting = (text: string, agoMs?: number) =>
  clusterFacts({ hangingPods: [hangingPod(text, agoMs)] });
const DENIED =
  'rpc error: code = Internal desc = {"code":32,"stderr":"mount.nfs: access denied by server while mounting 10.0.0.210:/mnt/x"}';
const NO_HELPER =
  'bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.';
const UNREGISTERED =
  'driver name org.democratic-csi.hdd not found in the list of registered CSI drivers';
const BAD_GATEWAY =
  'rpc error: code = Unavailable desc = unexpected HTTP status code received from server: 502 (Bad Gateway)';

describe('causes of the cluster', () => {
  test('are all absent in a healthy one', () => {
    const c = clusterCaseOf({
      cluster: clusterFacts({ csiPods: [controllerPod()] }),
      cases: [caseOf({ probes: [probe('answered', 1)] })],
    });
    const ids = ['pod-network-broken', 'no-return-route-to-pods'];
    const verdicts = clusterCauses.filter(({ id }) => !ids.includes(id)).map((one) => one.judge(c));
    expect(new Set(verdicts.map(({ is }) => is))).toEqual(new Set(['absent']));
  });

  test.each([
    [answer('Unauthorized'), 'storage-api-key-refused proven'],
    [answer('Forbidden'), 'storage-api-key-refused likely'],
    [answer('Not Found'), 'storage-api-removed proven'],
    [error('Error: self-signed certificate'), 'storage-tls-untrusted proven'],
    [error('Error: certificate has expired'), 'storage-tls-untrusted proven'],
    [
      'FREENAS error - code: 422 body: {"x":[{"message":"Extra inputs are not permitted"}]}',
      'driver-contract-refused proven',
    ],
    ['driver is only available with TrueNAS SCALE', 'driver-contract-refused likely'],
  ])('a driver that says %s', (text, expected) => {
    expect(present(failing(text))).toEqual([expected]);
  });

  test.each([
    [DENIED, 'nfs-export-denied proven'],
    ['mount.nfs: Operation not permitted', 'nfs-export-denied likely'],
    [NO_HELPER, 'nfs-mount-helper-missing proven'],
    ['mount: wrong fs type, bad option, bad superblock on x', 'nfs-mount-helper-missing likely'],
    [
      'mount.nfs: Failed to resolve server nas.lan: Name or service not known',
      'storage-name-unresolved proven',
    ],
  ])('a mount that says %s', (text, expected) => {
    expect(present(waiting(text))).toEqual([expected]);
  });

  test('accuse nobody for the texts of the outage', () => {
    const cluster = clusterFacts({
      csiPods: [
        controllerPod(
          crashing('external-attacher', 1),
          // killed by its liveness probe, so that its proxy answers 502
          crashing('csi-driver', 15),
        ),
      ],
      logs: [
        logged('csi-driver', error('AxiosError: timeout of 5000ms exceeded'), 60_000),
        logged('external-attacher', BAD_GATEWAY),
      ],
      hangingPods: [hangingPod('{"code":null,"stdout":"","stderr":"","timeout":true}')],
    });
    expect(present(cluster, [caseOf({ probes: [probe('timed-out', 5500)] })])).toEqual([]);
    expect(present(cluster)).toEqual([]);
  });

  test('go by what was said last', () => {
    const cluster = clusterFacts({
      csiPods: [controllerPod(crashing('external-attacher', 1))],
      logs: [
        logged('csi-driver', answer('Unauthorized'), 60_000),
        logged('csi-driver', error('AxiosError: timeout of 5000ms exceeded')),
      ],
    });
    expect(present(cluster)).toEqual([]);
  });

  test('say only likely of what was said long before the failure', () => {
    expect(present(failing(answer('Unauthorized'), 90_000))).toEqual([
      'storage-api-key-refused likely',
    ]);
    expect(present(waiting(DENIED, 400_000))).toEqual(['nfs-export-denied likely']);
  });

  test('take no notice of what a controller said that is well', () => {
    const cluster = clusterFacts({
      csiPods: [controllerPod()],
      logs: [logged('csi-driver', answer('Unauthorized'))],
    });
    expect(present(cluster)).toEqual([]);
  });

  test('an answer of the past counts for nothing while the storage is silent', () => {
    const silent = [caseOf({ probes: [probe('timed-out', 5500)] })];
    expect(present(failing(answer('Unauthorized')), silent)).toEqual([]);
  });

  test("a sidecar's trouble with the Kubernetes API is none with the storage", () => {
    const cluster = clusterFacts({
      csiPods: [controllerPod(crashing('external-attacher', 1))],
      logs: [
        logged('external-attacher', 'x509: certificate signed by unknown authority'),
        logged(
          'external-attacher',
          'dial tcp: lookup kubernetes.default on 10.96.0.10:53: no such host',
        ),
      ],
    });
    expect(present(cluster)).toEqual([]);
  });

  test('a 404 is none while our own probe is asked for a key', () => {
    const rest = { ...probe('answered', 1), httpStatus: 401 };
    expect(present(failing(answer('Not Found')), [caseOf({ probes: [rest] })])).toEqual([]);
  });
});

describe('storage-name-unresolved', () => {
  const UNKNOWN = 'Error: getaddrinfo ENOTFOUND truenas.lan';

  test('is proven where nothing but the storage is looked up', () => {
    expect(present(failing(error(UNKNOWN)))).toEqual(['storage-name-unresolved proven']);
  });

  test.each([
    { server: 'truenas.lan', expected: ['storage-name-unresolved proven'] },
    { server: '10.0.0.210', expected: [] },
  ])('of a driver that may look up others: $expected for storage $server', (row) => {
    const { backends } = clusterFacts({ server: row.server });
    expect(present({ ...failing(UNKNOWN), backends })).toEqual(row.expected);
  });
});

describe('csi-driver-not-registered', () => {
  const unregistered = { hangingPods: [hangingPod(UNREGISTERED)], registered: [] };

  test('is proven by the event and the CSINode', () => {
    expect(present(clusterFacts(unregistered))).toEqual(['csi-driver-not-registered proven']);
  });

  test('is only likely when no CSINode was read', () => {
    const csiNodes = { seen: false as const, why: 'forbidden' };
    expect(present({ ...clusterFacts(unregistered), csiNodes })).toEqual([
      'csi-driver-not-registered likely',
    ]);
  });

  test('is absent once the kubelet knows the driver', () => {
    expect(present(clusterFacts({ hangingPods: [hangingPod(UNREGISTERED)] }))).toEqual([]);
  });
});

describe('csi-driver-dead', () => {
  const dead = (exitCode: number) => [
    controllerPod(crashing('external-attacher', 1), crashing('csi-driver', exitCode)),
  ];

  test('is proven by the end of the process and the 502 in its place', () => {
    const logs = [logged('external-attacher', BAD_GATEWAY)];
    expect(present(clusterFacts({ csiPods: dead(139), logs }))).toEqual(['csi-driver-dead proven']);
  });

  test('is only likely when nobody was seen to miss it', () => {
    expect(present(clusterFacts({ csiPods: dead(139) }))).toEqual(['csi-driver-dead likely']);
  });

  test.each([0, 15, 137, 143])('is absent when the kubelet ended it: exit code %d', (exitCode) => {
    const logs = [logged('external-attacher', BAD_GATEWAY)];
    expect(present(clusterFacts({ csiPods: dead(exitCode), logs }))).toEqual([]);
  });

  test('is absent when the driver said why it is not well', () => {
    const logs = [
      logged('external-attacher', BAD_GATEWAY),
      logged('csi-driver', answer('Unauthorized'), 1500),
    ];
    expect(present(clusterFacts({ csiPods: dead(1), logs }))).toEqual([
      'storage-api-key-refused proven',
    ]);
  });
});

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
    expect(present(lost(1000))).toEqual(['controller-lost-leader-lease proven']);
  });

  test('is only likely when no end of it was seen', () => {
    expect(present(lost(1000, { ...restarted, lastEndedUnixMs: 0 }))).toEqual([
      'controller-lost-leader-lease likely',
    ]);
  });

  test('is absent once the sidecar holds its lease again', () => {
    const again = logged('external-attacher', 'successfully acquired lease democratic-csi/x', 500);
    const facts = lost(1000);
    const logs = facts.logs.seen
      ? { ...facts.logs, value: [again, ...facts.logs.value] }
      : facts.logs;
    expect(present({ ...facts, logs })).toEqual([]);
  });

  test('is absent when it is long past', () => {
    expect(present(lost(16 * 60_000))).toEqual([]);
  });
});
