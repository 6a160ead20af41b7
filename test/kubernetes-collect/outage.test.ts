import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectCluster } from '../../src/collect/kubernetes/collect-cluster.ts';
import { ClusterFacts } from '../../src/model/cluster.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import { API_KEY, startTestCluster, type TestCluster } from '../kubernetes-api/support/cluster.ts';

const signal = new AbortController().signal;
let cluster: TestCluster;
const look = async (options = {}): Promise<ClusterFacts> => {
  const { kube } = await openKubernetes({ kubeconfig: cluster.adminConfig });
  const facts = await collectCluster(kube, { clock: systemClock, signal, ...options });
  kube.close();
  return facts;
};
const value = <T>(fact: { seen: true; value: T } | { seen: false; why: string }): T => {
  if (!fact.seen) throw new Error(fact.why);
  return fact.value;
};

beforeAll(async () => {
  cluster = await startTestCluster({ nasMode: 'silent', backOffScale: 1 });
}, 30_000);
afterAll(() => cluster.close());

test('in the outage, everything that hangs and where it hangs on is found', async () => {
  let facts = await look();
  await expect
    .poll(
      async () => {
        facts = await look();
        return value(facts.csiPods)
          .filter(({ role }) => role === 'controller')
          .map(({ readyContainers, containers }) => `${readyContainers}/${containers.length}`);
      },
      { timeout: 30_000, interval: 500 },
    )
    .toEqual(['2/6', '2/6']);

  expect(() => ClusterFacts.parse(JSON.parse(JSON.stringify(facts)))).not.toThrow();
  expect(facts.lacking).toEqual([]);
  const pods = value(facts.hangingPods);
  expect(pods.map(({ workload }) => workload?.name).toSorted()).toEqual([
    'immich',
    'jellyfin',
    'sonarr',
  ]);
  const jellyfin = pods.find(({ workload }) => workload?.name === 'jellyfin');
  expect(jellyfin).toMatchObject({
    namespace: 'media',
    nodeName: 'talos-1',
    reason: 'ContainerCreating',
    workload: { kind: 'Deployment', namespace: 'media', name: 'jellyfin' },
    volumes: [
      {
        claim: 'jellyfin-data',
        storageClass: 'truenas-hdd',
        driver: 'org.democratic-csi.hdd',
        server: '127.0.0.1',
      },
    ],
  });
  expect(facts.sinceUnixMs).toBe(Math.min(...pods.map(({ sinceUnixMs }) => sinceUnixMs ?? 0)));

  const controller = value(facts.csiPods).find(
    ({ role, release }) => role === 'controller' && release === 'democratic-csi-hdd',
  );
  expect(controller).toMatchObject({
    driver: 'org.democratic-csi.hdd',
    workload: { kind: 'Deployment', name: 'democratic-csi-hdd-controller' },
    labels: { 'app.kubernetes.io/component': 'controller-linux' },
    hostNetwork: false,
  });
  const crashing = controller?.containers.filter(({ ready }) => !ready) ?? [];
  expect(crashing).toHaveLength(4);
  for (const container of crashing) {
    expect(container).toMatchObject({ reason: 'CrashLoopBackOff', lastExitCode: 1 });
    expect(container.backOffMs).toBeGreaterThanOrEqual(10_000);
    expect(container.nextTryUnixMs).toBeGreaterThan(facts.readAtUnixMs - 60_000);
  }

  expect(value(facts.backends)).toMatchObject(
    ['hdd', 'nvme'].map((pool) => ({
      driver: `org.democratic-csi.${pool}`,
      software: 'democratic-csi',
      driverClass: 'freenas-api-nfs',
      server: '127.0.0.1',
      sources: ['volume-attributes'],
      place: 'network',
      outdated: false,
    })),
  );
  expect(value(facts.drivers)).toMatchObject([
    {
      name: 'org.democratic-csi.hdd',
      probesStorage: true,
      registeredNodes: 1,
      attachRequired: true,
    },
    { name: 'org.democratic-csi.nvme', releases: ['democratic-csi-nvme'] },
  ]);
  expect(facts.signatures.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['axios-timeout-5000', 'truenas-api-unavailable', 'csi-probe-failed']),
  );
  expect(value(facts.csiNodes)).toMatchObject([
    { nodeName: 'talos-1', drivers: ['org.democratic-csi.hdd', 'org.democratic-csi.nvme'] },
  ]);
  expect(value(facts.nodes)).toMatchObject([
    { name: 'talos-1', addresses: ['10.0.0.197'], podNetworks: ['10.244.0.0/24'], ready: true },
  ]);
}, 60_000);

test('what the Connector tells the tailnet is known, and which pod does it', async () => {
  const [connector] = value((await look()).tailnet);
  expect(connector).toMatchObject({
    kind: 'Connector',
    name: 'homelab-subnet-router',
    advertises: ['10.0.0.197/32', '10.0.0.231/32', '10.0.0.210/32', '10.0.0.1/32'],
    acceptsRoutes: false,
    tailnetAddresses: ['100.68.1.1'],
    ready: true,
    pods: [{ namespace: 'tailscale', nodeName: 'talos-1', hostNetwork: false }],
  });
});

test('mounts that hang are told with their counts', async () => {
  await expect
    .poll(async () => (await look()).signatures.map(({ id }) => id), {
      timeout: 20_000,
      interval: 500,
    })
    .toContain('driver-exec-timeout');
}, 30_000);

test('a namespace narrows what hangs, but not the drivers', async () => {
  const facts = await look({ namespace: 'photos' });
  expect(value(facts.hangingPods).map(({ namespace }) => namespace)).toEqual(['photos']);
  expect(value(facts.csiPods)).toHaveLength(4);
});

test('nothing is written, and no Secret is read while volumes tell the address', async () => {
  const before = cluster.kubernetes.audit.length;
  await look();
  const asked = cluster.kubernetes.audit
    .slice(before)
    .filter(({ user }) => user.username === 'admin');
  expect(asked.length).toBeGreaterThan(10);
  expect(new Set(asked.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']));
  expect(asked.filter(({ objectRef }) => objectRef?.resource === 'secrets')).toEqual([]);
});

test('a volume from before the NAS moved is noticed, by the addresses of a Secret alone', async () => {
  const [volume] = cluster.kubernetes.cluster.list('persistentvolumes');
  const csi = volume?.spec.csi;
  cluster.kubernetes.load([
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pvc-old' },
      spec: {
        ...volume?.spec,
        claimRef: undefined,
        csi: {
          ...csi,
          volumeHandle: 'pvc-old',
          volumeAttributes: { ...csi?.volumeAttributes, server: '10.0.0.5' },
        },
      },
    },
  ]);
  const before = cluster.kubernetes.audit.length;
  const facts = await look();
  const old = value(facts.backends).find(({ server }) => server === '10.0.0.5');
  expect(old).toMatchObject({ outdated: true, volumes: 1, volumeNames: ['pvc-old'] });
  const present = value(facts.backends).find(
    ({ server, driver }) => server === '127.0.0.1' && driver === old?.driver,
  );
  expect(present).toMatchObject({ outdated: false, sources: ['volume-attributes', 'secret'] });
  expect(present?.ports).toContainEqual({
    port: cluster.nas.apiPort,
    use: 'api',
    protocol: 'http',
  });
  expect(JSON.stringify(facts)).not.toContain(API_KEY);
  const secrets = cluster.kubernetes.audit
    .slice(before)
    .filter(({ user, objectRef }) => user.username === 'admin' && objectRef?.resource === 'secrets')
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.name}`);
  expect(secrets).toHaveLength(1);
  expect(secrets[0]).toMatch(/^get democratic-csi-(hdd|nvme)-driver-config$/);
  const without = await look({ mayReadSecrets: false });
  expect(value(without.backends).some(({ outdated }) => outdated)).toBe(false);
});

test('the key that drivers print is nowhere, even when the API refuses it', async () => {
  cluster.nas.become('unauthorized');
  let facts = await look();
  await expect
    .poll(
      async () => {
        facts = await look();
        return facts.signatures.map(({ id }) => id);
      },
      { timeout: 30_000, interval: 500 },
    )
    .toContain('api-unauthorized');
  expect(JSON.stringify(facts)).toContain('[redacted]');
  expect(JSON.stringify(facts)).not.toContain(API_KEY);
}, 40_000);

test('somebody who may see nothing is told what is lacking', async () => {
  const { kube } = await openKubernetes({ kubeconfig: cluster.configFor({ name: 'nobody' }) });
  const facts = await collectCluster(kube, { clock: systemClock, signal });
  kube.close();
  expect(facts.hangingPods).toMatchObject({ seen: false, next: 'returnpath rbac' });
  expect(facts.lacking).toContainEqual({
    verb: 'list',
    resource: 'pods',
    hides: 'which pods hang',
  });
  expect(facts.lacking.map(({ resource }) => resource)).toContain('connectors.tailscale.com');
});

test('when the time is up, what has not come is missing and the rest stands', async () => {
  const { kube } = await openKubernetes({ kubeconfig: cluster.adminConfig });
  const abort = new AbortController();
  abort.abort();
  const facts = await collectCluster(kube, { clock: systemClock, signal: abort.signal });
  kube.close();
  expect(facts.hangingPods).toMatchObject({
    seen: false,
    why: expect.stringContaining('before we stopped waiting'),
  });
});
