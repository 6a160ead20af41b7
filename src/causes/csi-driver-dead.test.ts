import { describe, expect, test } from 'vitest';
import { caseOf, probe } from '../../test/support/case.ts';
import {
  apiUnavailable,
  clusterCaseOf,
  clusterFacts,
  controllerPod,
  crashing,
  HDD,
  logged,
  presentIn,
} from '../../test/support/cluster-case.ts';

import { seen } from '../model/fact.ts';
import { csiDriverDead } from './csi-driver-dead.ts';

const BAD_GATEWAY =
  'rpc error: code = Unavailable desc = unexpected HTTP status code received from server: 502 (Bad Gateway)';

describe('csi-driver-dead', () => {
  const dead = (exitCode: number) => [
    controllerPod(crashing('external-attacher', 1), crashing('csi-driver', exitCode)),
  ];

  test('is proven by the end of the process and the 502 in its place', () => {
    const logs = [logged('external-attacher', BAD_GATEWAY)];
    expect(presentIn(clusterFacts({ csiPods: dead(139), logs }))).toEqual([
      'csi-driver-dead proven',
    ]);
  });

  test('is only likely when nobody was seen to miss it', () => {
    expect(presentIn(clusterFacts({ csiPods: dead(139) }))).toEqual(['csi-driver-dead likely']);
  });

  test('is unknown when the logs could not be read: they might say why', () => {
    const cluster = {
      ...clusterFacts({ csiPods: dead(1) }),
      logs: { seen: false, why: 'x' } as const,
    };
    const verdict = csiDriverDead.judge(clusterCaseOf({ cluster }));
    expect(verdict).toEqual({ is: 'unknown', missing: ['the logs of storage drivers: x'] });
  });

  describe('of a driver that ends with exit code 1', () => {
    const logs = [logged('external-attacher', BAD_GATEWAY)];
    const cluster = clusterFacts({ csiPods: dead(1), logs });
    const answered = caseOf({ probes: [probe('answered', 1)] });
    const silent = caseOf({ probes: [probe('timed-out', 5500)] });

    test('is proven while its storage answers', () => {
      expect(presentIn(cluster, [answered])).toEqual(['csi-driver-dead proven']);
    });

    test('is only likely where nobody asked its storage', () => {
      expect(presentIn(cluster, [])).toEqual(['csi-driver-dead likely']);
    });

    test.each([
      { whom: 'its node', cases: [silent], podCases: [] },
      { whom: 'pods', cases: [answered], podCases: [{ pod: silent, node: answered }] },
    ])('is unknown while its storage does not answer $whom', ({ cases, podCases }) => {
      expect(csiDriverDead.judge(clusterCaseOf({ cluster, cases, podCases }))).toEqual({
        is: 'unknown',
        missing: [expect.stringMatching(/--previous \(exit code 1, while its storage/)],
      });
    });

    test('a crash is none of the storage, silent or not', () => {
      const crashed = clusterFacts({ csiPods: dead(139), logs });
      expect(presentIn(crashed, [silent])).toEqual(['csi-driver-dead proven']);
    });
  });

  test('is absent for a driver that gives up while its storage does not answer', () => {
    const driver = {
      name: HDD,
      software: 'truenas-csi',
      namespaces: [],
      releases: [],
      storageClasses: [],
      registeredNodes: 0,
    };
    const cluster = { ...clusterFacts({ csiPods: dead(1) }), drivers: seen([driver], 'test', 0) };
    expect(csiDriverDead.judge(clusterCaseOf({ cluster })).is).toBe('absent');
  });

  test.each([0, 15, 137, 143])('is absent when the kubelet ended it: exit code %d', (exitCode) => {
    const logs = [logged('external-attacher', BAD_GATEWAY)];
    expect(presentIn(clusterFacts({ csiPods: dead(exitCode), logs }))).toEqual([]);
  });

  test('is absent when the driver said why it is not well', () => {
    const logs = [
      logged('external-attacher', BAD_GATEWAY),
      logged(
        'csi-driver',
        apiUnavailable('{"responses":{"v2":{"statusText":"Unauthorized"}}}'),
        1500,
      ),
    ];
    expect(presentIn(clusterFacts({ csiPods: dead(1), logs }))).toEqual([
      'storage-api-key-refused proven',
    ]);
  });
});
