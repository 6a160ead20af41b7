import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Kubernetes } from '../../ports/kubernetes.ts';
import { readNotHealing } from './not-healing.ts';

const NOW = Date.parse('2026-03-01T04:00:00Z');

/** A cluster with these objects by plural; what is no list is an error. */
function clusterWith(lists: Readonly<Record<string, readonly unknown[]>>): Kubernetes {
  return {
    list: (ask: { resource: { plural: string } }, onPage: (page: unknown) => void) => {
      const items = lists[ask.resource.plural];
      if (!items) return Promise.reject(new OutsideError({ doing: 'list', found: 'no answer' }));
      onPage({ items, columns: [] });
      return Promise.resolve({ is: 'read', value: { items: items.length, cutOff: false } });
    },
  } as unknown as Kubernetes;
}

const look = (kube: Kubernetes) =>
  readNotHealing(kube, { clock: fakeClock(NOW), signal: AbortSignal.timeout(5000) });

describe('readNotHealing()', () => {
  test('names releases that gave up, pods that cannot go and jobs that were missed', async () => {
    const kube = clusterWith({
      helmreleases: [
        release('immich', 'UpgradeFailed'),
        release('sonarr', 'Progressing'),
        { metadata: { namespace: 'media', name: 'new' } },
      ],
      pods: [
        {
          metadata: { namespace: 'media', name: 'old', deletionTimestamp: '2026-03-01T03:30:00Z' },
        },
        {
          metadata: { namespace: 'media', name: 'now', deletionTimestamp: '2026-03-01T03:59:50Z' },
        },
        { metadata: { namespace: 'media', name: 'well' } },
      ],
      events: [missed('backup'), missed('backup'), { reason: 'Pulled', involvedObject: {} }],
    });
    expect(await look(kube)).toEqual([
      'HelmRelease media/immich gave up (UpgradeFailed): flux reconcile helmrelease -n media immich --force',
      'pod media/old has been terminating for 30 min: look for a dead mount on its node before you force it',
      'CronJob media/backup has missed runs: kubectl -n media create job --from=cronjob/backup backup-now',
    ]);
  });

  test('what may not be read is left out, and the rest is there', async () => {
    const kube = clusterWith({ events: [missed('backup')], pods: ['nonsense', null] });
    expect(await look(kube)).toHaveLength(1);
  });
});

function release(name: string, reason: string) {
  return {
    metadata: { namespace: 'media', name },
    status: { conditions: [{ type: 'Ready', status: 'False', reason }] },
  };
}

function missed(name: string) {
  return { reason: 'TooManyMissedTimes', involvedObject: { namespace: 'media', name } };
}
