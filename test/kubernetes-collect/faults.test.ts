import { afterEach, describe, expect, test } from 'vitest';
import { collectCluster } from '../../src/collect/kubernetes/collect-cluster.ts';
import {
  allowNodePlugins,
  killInControllers,
  reconfigureDrivers,
} from '../../src/lab/kubernetes/homelab/faults.ts';
import type { ClusterFacts } from '../../src/model/cluster.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import { readPasted } from '../../src/readers/messages/pasted.ts';
import { API_KEY, startTestCluster, type TestCluster } from '../kubernetes-api/support/cluster.ts';
import { kubectlWith } from '../kubernetes-api/support/kubectl.ts';
import { describeWith } from '../support/needs.ts';

const WAIT = { timeout: 30_000, interval: 300 };
let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

async function look({ adminConfig }: TestCluster): Promise<ClusterFacts> {
  const { kube } = await openKubernetes({ kubeconfig: adminConfig });
  const signal = AbortSignal.timeout(20_000);
  const facts = await collectCluster(kube, { clock: systemClock, signal });
  kube.close();
  return facts;
}

const idsOf = ({ signatures }: ClusterFacts): readonly string[] => signatures.map(({ id }) => id);
/** Signs of a path that is broken, which none of these faults may show. */
const SILENCE = ['axios-timeout-5000', 'mount-nfs-timed-out', 'driver-exec-timeout'];

describe('faults that look like the outage show other signatures', () => {
  test.each([
    { fault: 'a refused key', mode: 'unauthorized', shows: 'api-unauthorized' },
    { fault: 'a removed API', mode: 'not-found', shows: 'api-not-found' },
  ] as const)(
    '$fault: $shows',
    async ({ mode, shows }) => {
      const started = await startTestCluster({ nasMode: mode });
      cluster = started;
      await expect.poll(async () => idsOf(await look(started)), WAIT).toContain(shows);
      const facts = await look(started);
      expect(idsOf(facts).filter((id) => SILENCE.includes(id))).toEqual([]);
      expect(JSON.stringify(facts)).not.toContain(API_KEY);
    },
    45_000,
  );

  test.each([
    { is: 'denied', shows: 'mount-nfs-access-denied' },
    { is: 'helper-missing', shows: 'mount-helper-missing' },
    { is: 'not-resolved', shows: 'mount-nfs-not-resolved' },
    { is: 'refused', shows: 'mount-nfs-refused' },
    { is: 'no-such-export', shows: 'mount-nfs-no-such-export' },
  ] as const)(
    'a mount that is $is: $shows',
    async ({ is, shows }) => {
      const started = await startTestCluster();
      cluster = started;
      started.kubernetes.setMountOutcome({ is });
      for (const { metadata } of started.kubernetes.cluster.list('pods')) {
        if (metadata.namespace !== 'media') continue;
        started.kubernetes.cluster.remove('pods', `media/${metadata.name}`, {
          gracePeriodSeconds: 0,
        });
      }
      await expect.poll(async () => idsOf(await look(started)), WAIT).toContain(shows);
      expect(idsOf(await look(started)).filter((id) => SILENCE.includes(id))).toEqual([]);
    },
    45_000,
  );

  test('a driver that died: its proxy says 502', async () => {
    let isCrashing = false;
    const started = await startTestCluster({ driverCrashes: () => isCrashing });
    cluster = started;
    const leader = (pool: string) =>
      started.kubernetes.cluster.get(
        'leases.coordination.k8s.io',
        `democratic-csi/org-democratic-csi-${pool}`,
      )?.spec.holderIdentity;
    // sidecars lead once they have got past the driver's Probe
    await expect.poll(() => ['hdd', 'nvme'].map(leader), WAIT).not.toContain(undefined);
    isCrashing = true;
    killInControllers(started.kubernetes, 'csi-driver');
    for (const pod of started.kubernetes.cluster.list('pods')) {
      // those that stay keep their connection to the proxy; a new one meets the 502
      if (pod.metadata.name.includes('-controller-')) {
        started.kubernetes.runOf(pod, 'external-resizer')?.stop(0);
      }
    }
    await expect.poll(async () => idsOf(await look(started)), WAIT).toContain('csi-proxy-502');
    const { csiPods } = await look(started);
    const drivers = (csiPods.seen ? csiPods.value : [])
      .filter(({ role }) => role === 'controller')
      .flatMap(({ containers }) => containers.filter(({ name }) => name === 'csi-driver'));
    expect(drivers.map(({ lastExitCode }) => lastExitCode)).toContain(139);
  }, 60_000);

  test('a name that does not resolve: dns-not-found or dns-no-answer', async () => {
    const started = await startTestCluster();
    cluster = started;
    reconfigureDrivers(started.kubernetes, {
      protocol: 'http',
      host: 'nas.invalid',
      port: 80,
      apiKey: API_KEY,
      allowInsecure: true,
    });
    await expect
      .poll(async () => idsOf(await look(started)).join(' '), WAIT)
      .toMatch(/dns-not-found|dns-no-answer/);
  }, 45_000);

  test('node plugins that PodSecurity keeps away: pod-security', async () => {
    const started = await startTestCluster();
    cluster = started;
    allowNodePlugins(started.kubernetes, false);
    await expect.poll(async () => idsOf(await look(started)), WAIT).toContain('pod-security');
  }, 45_000);
});

describeWith(['kubectl'], 'what is pasted', () => {
  test('gives the same signatures as the live cluster', async () => {
    const started = await startTestCluster({ nasMode: 'silent', backOffScale: 1 });
    cluster = started;
    const kubectl = kubectlWith(started.adminConfig);
    await expect
      .poll(async () => idsOf(await look(started)), WAIT)
      .toEqual(expect.arrayContaining(['axios-timeout-5000', 'driver-exec-timeout', 'back-off']));
    const live = await look(started);
    const release = ['-n', 'democratic-csi', 'deploy/democratic-csi-hdd-controller'];
    const texts = await Promise.all([
      kubectl(['get', 'pods', '-A', '-o', 'wide']),
      kubectl(['get', 'events', '-A']),
      kubectl(['describe', 'pod', '-n', 'media']),
      kubectl(['logs', ...release, '-c', 'external-provisioner', '--tail=200']),
      kubectl(['logs', ...release, '-c', 'external-attacher', '--tail=200']),
    ]);
    const pasted = readPasted(texts.map(({ stdout }) => stdout).join('\n'), {
      nowUnixMs: Date.now(),
    });
    const ids = pasted.signatures.map(({ id }) => id);
    // events go on while we look: what was there at first is what must be found again
    expect(ids).toEqual(expect.arrayContaining([...idsOf(live)]));
    expect(pasted.pods.filter(({ status }) => status === 'ContainerCreating')).toHaveLength(3);
    const hanging = pasted.messages.filter(({ reason }) => reason === 'FailedMount');
    expect(hanging.some(({ about }) => about.namespace === 'media')).toBe(true);
  }, 60_000);
});
