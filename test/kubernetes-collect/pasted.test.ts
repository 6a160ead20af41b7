import { afterEach, expect, test } from 'vitest';
import { collectCluster } from '../../src/collect/kubernetes/collect-cluster.ts';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { ClusterFacts } from '../../src/model/cluster.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import { SNAPSHOT_VERSION } from '../../src/model/snapshot.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import { readPasted } from '../../src/readers/messages/pasted.ts';
import { clusterOfPaste } from '../../src/readers/messages/pasted-cluster.ts';
import { API_KEY, startTestCluster, type TestCluster } from '../kubernetes-api/support/cluster.ts';
import { kubectlWith } from '../kubernetes-api/support/kubectl.ts';
import { describeWith } from '../support/needs.ts';

const WAIT = { timeout: 40_000, interval: 500 };
let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

/** What is concluded from the cluster alone: nobody looked at the way to the storage. */
function judged(facts: ClusterFacts): Diagnosis {
  return diagnose({
    schema: 'returnpath/snapshot',
    version: SNAPSHOT_VERSION,
    startedUnixMs: facts.readAtUnixMs,
    endedUnixMs: facts.readAtUnixMs,
    question: { from: '', to: '', serverAddresses: [], ports: [], controls: [], compare: [] },
    hosts: {},
    failedVantages: [],
    observations: [],
    cluster: facts,
  });
}

async function live({ adminConfig }: TestCluster): Promise<ClusterFacts> {
  const { kube } = await openKubernetes({ kubeconfig: adminConfig });
  const signal = AbortSignal.timeout(20_000);
  const facts = await collectCluster(kube, { clock: systemClock, signal });
  kube.close();
  return facts;
}

/** What a person would copy: the pods, the events, and the logs of the controllers. */
async function pasted({ adminConfig }: TestCluster): Promise<readonly string[]> {
  const kubectl = kubectlWith(adminConfig);
  const controllers = [
    '-n',
    'democratic-csi',
    '-l',
    'app.kubernetes.io/component=controller-linux',
  ];
  const logs = ['logs', ...controllers, '--all-containers', '--prefix', '--timestamps'];
  const texts = await Promise.all([
    kubectl(['get', 'pods', '-A', '-o', 'wide']),
    kubectl(['get', 'events', '-A']),
    kubectl(['describe', 'pod', '-n', 'media']),
    kubectl([...logs, '--tail=200', '--max-log-requests=20']),
    kubectl([...logs, '--tail=200', '--max-log-requests=20', '--previous']),
  ]);
  return texts.map(({ stdout }) => stdout);
}

const causesOf = ({ findings }: Diagnosis) => findings.map(({ cause }) => cause).toSorted();

function readAll(texts: readonly string[]): ClusterFacts {
  const nowUnixMs = Date.now();
  return clusterOfPaste(
    texts.map((text) => readPasted(text, { nowUnixMs })),
    nowUnixMs,
  );
}

describeWith(['kubectl'], 'what kubectl printed gives the same conclusion as the cluster', () => {
  test.each([
    { mode: 'unauthorized', cause: 'storage-api-key-refused' },
    { mode: 'not-found', cause: 'storage-api-removed' },
  ] as const)(
    'of an API that is $mode',
    async ({ mode, cause }) => {
      const started = await startTestCluster({ nasMode: mode });
      cluster = started;
      await expect.poll(async () => causesOf(judged(await live(started))), WAIT).toEqual([cause]);
      // containers come and go while kubectl is asked one thing after another
      let facts: ClusterFacts | undefined;
      await expect
        .poll(async () => {
          facts = readAll(await pasted(started));
          return causesOf(judged(facts));
        }, WAIT)
        .toEqual([cause]);
      expect(JSON.stringify(facts)).not.toContain(API_KEY);
    },
    60_000,
  );

  test.each([
    { is: 'denied', cause: 'nfs-export-denied' },
    { is: 'helper-missing', cause: 'nfs-mount-helper-missing' },
  ] as const)(
    'of a mount that is $is',
    async ({ is, cause }) => {
      const started = await startTestCluster();
      cluster = started;
      started.kubernetes.setMountOutcome({ is });
      for (const { metadata } of started.kubernetes.cluster.list('pods')) {
        if (metadata.namespace !== 'media') continue;
        started.kubernetes.cluster.remove('pods', `media/${metadata.name}`, {
          gracePeriodSeconds: 0,
        });
      }
      await expect.poll(async () => causesOf(judged(await live(started))), WAIT).toEqual([cause]);
      await expect
        .poll(async () => causesOf(judged(readAll(await pasted(started)))), WAIT)
        .toEqual([cause]);
    },
    60_000,
  );

  test('of the outage, which neither can tell by words alone', async () => {
    const started = await startTestCluster({ nasMode: 'silent', backOffScale: 1 });
    cluster = started;
    const ids = (facts: ClusterFacts) => facts.signatures.map(({ id }) => id);
    const TOLD = ['axios-timeout-5000', 'driver-exec-timeout'];
    await expect
      .poll(async () => ids(await live(started)), WAIT)
      .toEqual(expect.arrayContaining(TOLD));
    const states = ({ cluster: view }: Diagnosis) =>
      view?.symptoms.map(({ state }) => state).toSorted();
    await expect
      .poll(async () => {
        const [alive, read] = [judged(await live(started)), judged(readAll(await pasted(started)))];
        for (const { verdict, findings, summary } of [alive, read]) {
          expect({ verdict, findings }).toEqual({ verdict: 'cannot-tell', findings: [] });
          expect(summary).toMatch(/^\d+ things hang, and what is said of it .* does not tell why$/);
        }
        return JSON.stringify(states(read)) === JSON.stringify(states(alive));
      }, WAIT)
      .toBe(true);
  }, 60_000);
});
