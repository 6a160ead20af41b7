import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  allowNodePlugins,
  killInControllers,
  reconfigureDrivers,
} from '../../src/lab/kubernetes/homelab/faults.ts';
import { crashLoopingControllers } from '../../src/lab/kubernetes/homelab/past.ts';
import type { Event, Pod } from '../../src/lab/kubernetes/kinds.ts';
import { describeWith } from '../support/needs.ts';
import { API_KEY, startTestCluster, type TestCluster } from './support/cluster.ts';
import { type Kubectl, kubectlWith } from './support/kubectl.ts';

const CONTROLLERS = ['-n', 'democratic-csi', '-l', 'app.kubernetes.io/component=controller-linux'];
const WAIT_MS = 25_000;

describeWith(['kubectl'], 'the outage as kubectl shows it', () => {
  let cluster: TestCluster;
  let kubectl: Kubectl;
  const get = async (args: readonly string[]): Promise<string> =>
    (await kubectl(['get', ...args])).stdout;
  const events = (reason: string): readonly Event[] =>
    cluster.kubernetes.cluster.list('events').filter((event) => event.reason === reason);
  const controller = (release: string): Pod | undefined =>
    cluster.kubernetes.cluster
      .list('pods')
      .find(({ metadata }) => metadata.name.startsWith(`democratic-csi-${release}-controller-`));

  beforeAll(async () => {
    // waits of a minute, so that what is shown stays long enough to be looked at
    cluster = await startTestCluster({ nasMode: 'silent', backOffScale: 1 });
    kubectl = kubectlWith(cluster.adminConfig);
  });
  afterAll(() => cluster.close());

  test('controllers sit at 2/6 in CrashLoopBackOff, node pods and others are well', async () => {
    await expect
      .poll(() => get(['pods', ...CONTROLLERS]), { timeout: WAIT_MS, interval: 500 })
      .toMatch(/(.*2\/6 +CrashLoopBackOff.*\s+){2}/);
    const pods = await get(['pods', '-A']);
    expect(pods).toMatch(/democratic-csi-hdd-node-\S+ +4\/4 +Running +0 /);
    expect(pods).toMatch(/media +jellyfin-\S+ +0\/1 +ContainerCreating +0 /);
    expect(pods).toMatch(/photos +immich-\S+ +0\/1 +ContainerCreating +0 /);
    expect(pods).toMatch(/default +whoami-\S+ +1\/1 +Running +0 /);
    const statuses = controller('hdd')?.status?.containerStatuses ?? [];
    for (const { name, state, lastState, restartCount } of statuses) {
      if (!name.startsWith('external-')) continue;
      expect(state.waiting?.message, name).toMatch(
        /^back-off 10s restarting failed container=external-\S+ pod=democratic-csi-hdd-controller-\S+_democratic-csi\(\S+\)$/,
      );
      expect(lastState.terminated, name).toMatchObject({ exitCode: 1, reason: 'Error' });
      expect(restartCount, name).toBe(1);
    }
  }, 40_000);

  test('the provisioner says why, in the words users paste', async () => {
    const { stdout } = await kubectl([
      ...['logs', '-n', 'democratic-csi', 'deploy/democratic-csi-hdd-controller'],
      ...['-c', 'external-provisioner', '--tail=200'],
    ]);
    const why =
      'CSI driver probe failed: rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: Error: FreeNAS error getting system version info: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}';
    expect(stdout).toContain('common.go:138] Probing CSI driver for readiness');
    expect(stdout).toMatch(/^E\d{4} \d\d:\d\d:\d\d\.\d{6} {7}1 csi-provisioner\.go:218\] /m);
    expect(stdout).toContain(why);
    expect(stdout).not.toContain(API_KEY);
  });

  test('pods with volumes tell of mounts that hang, with growing counts', async () => {
    const hanging =
      /MountVolume\.MountDevice failed for volume "pvc-\S+" : rpc error: code = Internal desc = {"code":null,"stdout":"","stderr":"","timeout":true}/;
    await expect
      .poll(
        () =>
          events('FailedMount')
            .filter(({ message }) => hanging.test(message))
            .map(({ count }) => count >= 2),
        { timeout: WAIT_MS },
      )
      .toEqual([true, true, true]);
    const described = await kubectl(['describe', 'pod', '-n', 'media']);
    expect(described.stdout).toMatch(
      /Warning +FailedMount +\S+ \(x\d+ over \S+\) +kubelet +MountVolume\.MountDevice failed/,
    );
  });

  test('the driver keeps failing its liveness probe, which goes past the proxy', async () => {
    await expect.poll(() => events('Unhealthy').length, { timeout: WAIT_MS }).toBeGreaterThan(0);
    expect(events('Unhealthy')[0]?.message).toMatch(
      /^Liveness probe failed: error: {"code":9,"details":"TrueNAS api is unavailable/,
    );
  });

  test('once the NAS answers and the pods are deleted by label, all is well', async () => {
    cluster.nas.become('well');
    for (const release of ['hdd', 'nvme']) {
      const label = `app.kubernetes.io/component=controller-linux,app.kubernetes.io/instance=democratic-csi-${release}`;
      const { code } = await kubectl([
        'delete',
        'pod',
        '-n',
        'democratic-csi',
        '-l',
        label,
        '--timeout=20s',
      ]);
      expect(code).toBe(0);
    }
    await expect
      .poll(() => get(['pods', ...CONTROLLERS]), { timeout: WAIT_MS, interval: 300 })
      .toMatch(/(.*6\/6 +Running +0 .*\s+){2}/);
    const well = await kubectl([
      'wait',
      '--for=condition=Ready',
      'pod',
      '--all',
      '-A',
      '--timeout=25s',
    ]);
    expect(well.stderr).toBe('');
  }, 60_000);
});

describeWith(['kubectl'], 'faults that only look like the outage', () => {
  let cluster: TestCluster;
  let kubectl: Kubectl;
  const provisionerLog = async (): Promise<string> => {
    const container = ['-c', 'external-provisioner'];
    const at = ['-n', 'democratic-csi', 'deploy/democratic-csi-hdd-controller', ...container];
    const now = await kubectl(['logs', ...at]);
    const before = await kubectl(['logs', ...at, '--previous']);
    return now.stdout + before.stdout;
  };

  beforeAll(async () => {
    cluster = await startTestCluster({ nasMode: 'unauthorized' });
    kubectl = kubectlWith(cluster.adminConfig);
  });
  afterAll(() => cluster.close());

  test('a wrong key answers 401, and the driver prints the key it sent', async () => {
    await expect
      .poll(provisionerLog, { timeout: WAIT_MS })
      .toContain('"statusText":"Unauthorized"');
    // the leak of the real driver: whoever prints such a log has to redact it
    expect(await provisionerLog()).toContain(`Bearer ${API_KEY}`);
  });

  test('a NAS without REST answers 404', async () => {
    cluster.nas.become('not-found');
    await expect
      .poll(provisionerLog, { timeout: WAIT_MS })
      .toContain('"errors":{},"responses":{"v2":{"statusText":"Not Found"');
  });

  test('a slow API server costs the sidecars their leadership, not their probe', async () => {
    cluster.nas.become('well');
    const { cluster: objects, setDelay } = cluster.kubernetes;
    const isWell = (): boolean =>
      objects
        .list('leases.coordination.k8s.io')
        .some(({ metadata }) => metadata.name === 'org-democratic-csi-hdd');
    await expect.poll(isWell, { timeout: WAIT_MS }).toBe(true);
    setDelay(10_000);
    const provisioner = () =>
      objects
        .list('pods')
        .find(({ metadata }) => metadata.name.startsWith('democratic-csi-hdd-controller-'))
        ?.status?.containerStatuses?.find(({ name }) => name === 'external-provisioner');
    const exitCode = () => provisioner()?.lastState.terminated?.exitCode;
    await expect.poll(exitCode, { timeout: 40_000 }).toBe(255);
    setDelay(0);
    expect(await provisionerLog()).toContain('stopped leading');
  }, 90_000);
});

describeWith(['kubectl'], 'what the lab can break in the cluster itself', () => {
  let cluster: TestCluster;
  let isCrashing = false;
  const objects = () => cluster.kubernetes.cluster;
  const messages = (reason: string): readonly string[] =>
    objects()
      .list('events')
      .filter((event) => event.reason === reason)
      .map(({ message }) => message);
  const leaders = (): readonly (string | undefined)[] =>
    ['hdd', 'nvme'].map(
      (pool) =>
        objects().get('leases.coordination.k8s.io', `democratic-csi/org-democratic-csi-${pool}`)
          ?.spec.holderIdentity,
    );
  const allReady = (): boolean =>
    objects()
      .list('pods')
      .every(({ status }) => status?.containerStatuses?.every(({ ready }) => ready) === true);

  beforeAll(async () => {
    cluster = await startTestCluster({ driverCrashes: () => isCrashing });
  });
  afterAll(() => cluster.close());

  test('a driver that dies leaves its proxy answering 502', async () => {
    await expect.poll(leaders, { timeout: WAIT_MS }).not.toContain(undefined);
    isCrashing = true;
    killInControllers(cluster.kubernetes, 'csi-driver');
    const kubectl = kubectlWith(cluster.adminConfig);
    const at = ['-n', 'democratic-csi', 'deploy/democratic-csi-hdd-controller'];
    // the sidecars keep their connection to the proxy; a new one meets the 502
    const pod = objects()
      .list('pods')
      .find(({ metadata }) => metadata.name.startsWith('democratic-csi-hdd-controller-'));
    if (pod) cluster.kubernetes.runOf(pod, 'external-resizer')?.stop(0);
    await expect
      .poll(async () => (await kubectl(['logs', ...at, '-c', 'external-resizer'])).stdout, {
        timeout: WAIT_MS,
      })
      .toContain('502 (Bad Gateway); malformed header: missing HTTP content-type');
    isCrashing = false;
    await expect.poll(allReady, { timeout: WAIT_MS }).toBe(true);
  }, 60_000);

  test('a node plugin that may not run leaves the driver unregistered', async () => {
    allowNodePlugins(cluster.kubernetes, false);
    await expect
      .poll(() => objects().get('csinodes.storage.k8s.io', 'talos-1')?.spec.drivers, {
        timeout: WAIT_MS,
      })
      .toEqual([]);
    await expect
      .poll(() => messages('FailedCreate').join(), { timeout: WAIT_MS })
      .toContain(
        'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true, hostIPC=true), hostPath volumes',
      );
    objects().remove('pods', podKey('jellyfin-'), { gracePeriodSeconds: 0 });
    await expect
      .poll(() => messages('FailedMount').join(), { timeout: WAIT_MS })
      .toContain(
        'driver name org.democratic-csi.hdd not found in the list of registered CSI drivers',
      );
    allowNodePlugins(cluster.kubernetes, true);
    await expect.poll(allReady, { timeout: WAIT_MS }).toBe(true);
  }, 60_000);

  test.each([
    ['denied', 'mount.nfs: access denied by server while mounting 127.0.0.1:/mnt/tank/k8s/v/pvc-'],
    ['helper-missing', 'you might need a /sbin/mount.<type> helper program'],
  ] as const)('a mount that is %s says so', async (outcome, text) => {
    cluster.kubernetes.setMountOutcome({ is: outcome });
    objects().remove('pods', podKey('sonarr-'), { gracePeriodSeconds: 0 });
    await expect.poll(() => messages('FailedMount').join(), { timeout: WAIT_MS }).toContain(text);
    cluster.kubernetes.setMountOutcome(undefined);
    await expect.poll(allReady, { timeout: WAIT_MS }).toBe(true);
  });

  test('other settings reach the drivers as after an upgrade', async () => {
    const nas = { protocol: 'http', port: 80, apiKey: 'x', allowInsecure: true } as const;
    reconfigureDrivers(cluster.kubernetes, { ...nas, host: 'nas.invalid' });
    const kubectl = kubectlWith(cluster.adminConfig);
    const at = [
      '-n',
      'democratic-csi',
      'deploy/democratic-csi-nvme-controller',
      '-c',
      'external-attacher',
    ];
    await expect
      .poll(async () => (await kubectl(['logs', ...at])).stdout, { timeout: WAIT_MS })
      .toMatch(/"errors":{"v2":"Error: getaddrinfo E\w+ nas\.invalid"},"responses":{}/);
  });

  function podKey(prefix: string): string {
    const pod = objects()
      .list('pods')
      .find(({ metadata }) => metadata.name.startsWith(prefix));
    return `${pod?.metadata.namespace}/${pod?.metadata.name}`;
  }
});

describeWith(['kubectl'], 'a lab that begins in the middle of the night', () => {
  test('shows the crash loop at once, with the log of the run before', async () => {
    const now = Date.now();
    const cluster = await startTestCluster({
      nasMode: 'silent',
      backOffScale: 10,
      past: crashLoopingControllers(now, 23),
    });
    try {
      const kubectl = kubectlWith(cluster.adminConfig);
      const table = async () => (await kubectl(['get', 'pods', ...CONTROLLERS])).stdout;
      await expect
        .poll(table, { timeout: 5000 })
        .toMatch(/(2\/6 +CrashLoopBackOff +92 \(\d+s ago\) .*\s+.*){2}/);
      const at = [
        '-n',
        'democratic-csi',
        'deploy/democratic-csi-hdd-controller',
        '-c',
        'external-provisioner',
      ];
      const { stdout } = await kubectl(['logs', ...at]);
      expect(stdout).toContain('CSI driver probe failed: rpc error: code = FailedPrecondition');
      const pods = await kubectl(['get', 'pods', ...CONTROLLERS, '-o', 'yaml']);
      expect(pods.stdout).toContain(
        'message: back-off 30s restarting failed container=external-provisioner',
      );
    } finally {
      await cluster.close();
    }
  });
});
