import { expect, test } from 'vitest';
import type { Change } from '../model/plan.ts';
import type { HandContext, WritableCluster } from './hand.ts';
import { restartPodsHand } from './restart-pods-hand.ts';

interface FakePod {
  readonly uid: string;
  readonly ready: boolean;
}

const change: Change & { kind: 'restart-pods' } = {
  kind: 'restart-pods',
  selectors: [{ namespace: 'csi', labels: 'app=csi' }],
  waitMs: 1000,
};

/** A cluster in which each deleted pod is made anew, whole. */
function clusterWith(pods: FakePod[]) {
  const deleted: string[] = [];
  const cluster = {
    kube: {
      list: (_: unknown, onItems: (page: { items: unknown[] }) => void) => {
        const items = pods.map(({ uid, ready }) => ({
          metadata: { namespace: 'csi', name: uid, uid },
          spec: { containers: [{}] },
          status: { containerStatuses: [{ ready }] },
        }));
        onItems({ items });
        return Promise.resolve({ is: 'ok' });
      },
    },
    pods: {
      restartPod: ({ uid }: { uid: string }) => {
        deleted.push(uid);
        pods.splice(
          pods.findIndex((pod) => pod.uid === uid),
          1,
          { uid: `${uid}+`, ready: true },
        );
        return Promise.resolve({ is: 'ok' });
      },
    },
  } as unknown as WritableCluster;
  const context = {
    reach: { cluster: () => Promise.resolve(cluster) },
    signal: AbortSignal.timeout(10_000),
    clock: { now: () => 0, wait: () => Promise.reject(new Error('nothing to wait for')) },
    tell: () => undefined,
  } as unknown as HandContext;
  return { deleted, context };
}

test('restartPodsHand: leaves alone what is whole, before and after', async () => {
  const pods = [
    { uid: 'node', ready: true },
    { uid: 'controller', ready: false },
    { uid: 'recovering', ready: false },
  ];
  const { deleted, context } = clusterWith(pods);
  const begun = await restartPodsHand.read(change, context);
  expect(begun).toBe('controller recovering');
  pods.splice(2, 1, { uid: 'recovering', ready: true });
  const written = await restartPodsHand.write(change, 'do', { ...context, begun });
  expect(deleted).toEqual(['controller']);
  expect(restartPodsHand.judge(change, written.found, begun)).toBe('from');
  expect(restartPodsHand.judge(change, written.now, begun)).toBe('to');
});

test('restartPodsHand: deletes nothing where all have become whole meanwhile', async () => {
  const { deleted, context } = clusterWith([{ uid: 'controller', ready: true }]);
  const { found } = await restartPodsHand.write(change, 'do', { ...context, begun: 'controller' });
  expect(deleted).toEqual([]);
  expect(restartPodsHand.judge(change, found, 'controller')).toBe('to');
});
