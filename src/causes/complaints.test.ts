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
  presentIn,
} from '../../test/support/cluster-case.ts';
import { clusterCauses } from './index.ts';

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
    expect(presentIn(failing(text))).toEqual([expected]);
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
    expect(presentIn(waiting(text))).toEqual([expected]);
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
    expect(presentIn(cluster, [caseOf({ probes: [probe('timed-out', 5500)] })])).toEqual([]);
    expect(presentIn(cluster)).toEqual([]);
  });

  test('go by what was said last', () => {
    const cluster = clusterFacts({
      csiPods: [controllerPod(crashing('external-attacher', 1))],
      logs: [
        logged('csi-driver', answer('Unauthorized'), 60_000),
        logged('csi-driver', error('AxiosError: timeout of 5000ms exceeded')),
      ],
    });
    expect(presentIn(cluster)).toEqual([]);
  });

  test('say only likely of what was said long before the failure', () => {
    expect(presentIn(failing(answer('Unauthorized'), 90_000))).toEqual([
      'storage-api-key-refused likely',
    ]);
    expect(presentIn(waiting(DENIED, 400_000))).toEqual(['nfs-export-denied likely']);
  });

  test('take no notice of what a controller said that is well', () => {
    const cluster = clusterFacts({
      csiPods: [controllerPod()],
      logs: [logged('csi-driver', answer('Unauthorized'))],
    });
    expect(presentIn(cluster)).toEqual([]);
  });

  test('an answer of the past counts for nothing while the storage is silent', () => {
    const silent = [caseOf({ probes: [probe('timed-out', 5500)] })];
    expect(presentIn(failing(answer('Unauthorized')), silent)).toEqual([]);
  });

  test('another storage that is silent tells nothing of the one that answered', () => {
    const { backends } = clusterFacts({ server: '10.0.0.250' });
    const silent = [caseOf({ probes: [probe('timed-out', 5500)] })];
    expect(presentIn({ ...failing(answer('Unauthorized')), backends }, silent)).toEqual([
      'storage-api-key-refused proven',
    ]);
  });

  test('a name that volumes have is the address that was looked at, unless another has that', () => {
    const { backends } = clusterFacts({ server: 'nas.lan' });
    const silent = [caseOf({ probes: [probe('timed-out', 5500)] })];
    expect(presentIn({ ...failing(answer('Unauthorized')), backends }, silent)).toEqual([]);
  });

  test("another storage's 401 does not show that this one has a REST API", () => {
    const { backends } = clusterFacts({ server: '10.0.0.250' });
    const rest = { ...probe('answered', 1), httpStatus: 401 };
    const cases = [caseOf({ probes: [rest] })];
    expect(presentIn({ ...failing(answer('Not Found')), backends }, cases)).toEqual([
      'storage-api-removed proven',
    ]);
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
    expect(presentIn(cluster)).toEqual([]);
  });

  test('a 404 is none while our own probe is asked for a key', () => {
    const rest = { ...probe('answered', 1), httpStatus: 401 };
    expect(presentIn(failing(answer('Not Found')), [caseOf({ probes: [rest] })])).toEqual([]);
  });
});

describe('storage-name-unresolved', () => {
  const UNKNOWN = 'Error: getaddrinfo ENOTFOUND truenas.lan';

  test('is proven where nothing but the storage is looked up', () => {
    expect(presentIn(failing(error(UNKNOWN)))).toEqual(['storage-name-unresolved proven']);
  });

  test.each([
    { server: 'truenas.lan', expected: ['storage-name-unresolved proven'] },
    { server: '10.0.0.210', expected: [] },
  ])('of a driver that may look up others: $expected for storage $server', (row) => {
    const { backends } = clusterFacts({ server: row.server });
    expect(presentIn({ ...failing(UNKNOWN), backends })).toEqual(row.expected);
  });
});

describe('csi-driver-not-registered', () => {
  const unregistered = { hangingPods: [hangingPod(UNREGISTERED)], registered: [] };

  test('is proven by the event and the CSINode', () => {
    expect(presentIn(clusterFacts(unregistered))).toEqual(['csi-driver-not-registered proven']);
  });

  test('is only likely when no CSINode was read', () => {
    const csiNodes = { seen: false as const, why: 'forbidden' };
    expect(presentIn({ ...clusterFacts(unregistered), csiNodes })).toEqual([
      'csi-driver-not-registered likely',
    ]);
  });

  test('is absent once the kubelet knows the driver', () => {
    expect(presentIn(clusterFacts({ hangingPods: [hangingPod(UNREGISTERED)] }))).toEqual([]);
  });
});
