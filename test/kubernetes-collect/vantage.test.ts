import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  isKubeVantage,
  parseKubeVantageUrl,
} from '../../src/platform/kubernetes/kube-vantage-url.ts';
import { type OpenedKubernetes, openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import { openKubeVantage } from '../../src/platform/kubernetes/open-kube-vantage.ts';
import { probeImages } from '../../src/platform/kubernetes/probe-image.ts';
import { PROBE_LABELS, probePod } from '../../src/platform/kubernetes/probe-pod.ts';
import { sweepProbePods } from '../../src/platform/kubernetes/sweep.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import { startTestCluster, type TestCluster } from '../kubernetes-api/support/cluster.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const options = { signal, limitBytes: 100_000 };
const NODE_URL = 'node://talos-1';
/** One that runs what it is told; most images of the lab are programs of their own. */
const image = 'docker.io/library/busybox:1.37.0';
let cluster: TestCluster;
let opened: OpenedKubernetes;
let vantage: Vantage | undefined;

const ours = (): readonly string[] =>
  cluster.kubernetes.cluster
    .list('pods')
    .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'returnpath')
    .map(({ metadata }) => metadata.name);
const podNamed = (start: string): string =>
  cluster.kubernetes.cluster.list('pods').find(({ metadata }) => metadata.name.startsWith(start))
    ?.metadata.name ?? '';

beforeAll(async () => {
  cluster = await startTestCluster();
  opened = await openKubernetes({ kubeconfig: cluster.adminConfig });
  await until(() => podNamed('democratic-csi-hdd-node') !== '', 10_000);
}, 30_000);
afterEach(async () => {
  await vantage?.close();
  vantage = undefined;
});
afterAll(async () => {
  opened.kube.close();
  await cluster.close();
});

describe('parseKubeVantageUrl()', () => {
  test.each([
    ['node://talos-1', { scheme: 'node', node: 'talos-1' }],
    ['node://ip-10-0-0-1.ec2.internal', { scheme: 'node', node: 'ip-10-0-0-1.ec2.internal' }],
    [
      'pod://media/app-0',
      { scheme: 'pod', namespace: 'media', pod: 'app-0', container: undefined },
    ],
    ['pod://a/b/c', { scheme: 'pod', namespace: 'a', pod: 'b', container: 'c' }],
  ])('takes %s apart', (url, is) => {
    expect(isKubeVantage(url)).toBe(true);
    expect(parseKubeVantageUrl(url)).toEqual(is);
  });

  test.each([
    'node://',
    'node://a/b',
    'node://A',
    'pod://x',
    'pod://../../nodes',
    'pod://a/b?c',
    'ssh://a',
  ])('refuses %s', (url) => {
    expect(() => parseKubeVantageUrl(url)).toThrow(SyntaxError);
  });
});

test.each([
  {
    on: ['docker.io/library/busybox:1.37', 'ghcr.io/tailscale/tailscale:v1'],
    first: 'ghcr.io/tailscale/tailscale:v1',
  },
  {
    on: ['mirror.lan/tailscale/tailscale@sha256:0', 'mirror.lan/tailscale/tailscale:v1'],
    first: 'mirror.lan/tailscale/tailscale:v1',
  },
  { on: ['busybox'], first: 'busybox' },
  { on: ['ghcr.io/tailscale/k8s-operator:v1', 'docker.io/traefik/whoami:v1'], first: undefined },
])('probeImages() takes $first', ({ on, first }) => {
  expect(probeImages(on)[0]).toBe(first);
});

describe('node://', () => {
  test('runs a script in the network of the node and leaves nothing', async () => {
    vantage = await openKubeVantage(NODE_URL, { ...opened }, { image, signal });
    expect(vantage).toMatchObject({ url: NODE_URL, hostId: 'talos-1', addresses: ['10.0.0.197'] });
    const before = cluster.kubernetes.audit.length;
    const answer = await vantage.sh('echo hello; exit 3', options);
    expect(answer).toEqual({ stdout: 'hello\n', stderr: '', exitCode: 3, truncated: false });
    await until(() => ours().length === 0);
    const writes = cluster.kubernetes.audit
      .slice(before)
      .filter(({ user, verb }) => user.username === 'admin' && !['get', 'list'].includes(verb))
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
    expect(writes).toEqual(['create pods', 'delete pods']);
  });

  test('its pod asks for no more than it needs', () => {
    const pod = JSON.stringify(
      probePod({ name: 'n', namespace: 's', nodeName: 'o', image: 'i', pull: 'Never', script: '' }),
    );
    expect(pod).toContain('"automountServiceAccountToken":false');
    expect(pod).toContain('"drop":["ALL"],"add":["NET_RAW"]');
    expect(pod).not.toMatch(/hostPath|hostPID|"privileged":true/);
  });

  test('a namespace that holds pods to baseline is passed over', async () => {
    vantage = await openKubeVantage(NODE_URL, { ...opened }, { namespace: 'media', image, signal });
    await expect(vantage.sh('true', options)).rejects.toThrow(/violates PodSecurity/);
    await vantage.close();
    vantage = await openKubeVantage(
      NODE_URL,
      { ...opened },
      { knownNamespaces: ['media'], image, signal },
    );
    expect((await vantage.sh('echo x', options)).stdout).toBe('x\n');
  });

  test('an image that is not on the node fails at once and says so', async () => {
    const absent = 'example.org/not-there:1';
    vantage = await openKubeVantage(
      NODE_URL,
      { ...opened },
      { namespace: 'democratic-csi', image: absent, signal },
    );
    await expect(vantage.sh('true', options)).rejects.toThrow(/not-there/);
    await until(() => ours().length === 0);
  }, 20_000);

  test('a look that is given up takes its pod along', async () => {
    vantage = await openKubeVantage(NODE_URL, { ...opened }, { image, signal });
    const abort = new AbortController();
    const looking = vantage.sh('exec sleep 30', { ...options, signal: abort.signal });
    await until(() => ours().length === 1);
    abort.abort(new Error('enough'));
    await expect(looking).rejects.toThrow();
    await until(() => ours().length === 0);
  });

  test('so does closing the vantage', async () => {
    vantage = await openKubeVantage(NODE_URL, { ...opened }, { image, signal });
    const looking = vantage.sh('exec sleep 30', options);
    const ended = expect(looking).rejects.toThrow();
    await until(() => ours().length === 1);
    await vantage.close();
    await ended;
    await until(() => ours().length === 0);
  });

  test('what a killed run left is swept, what may be under way is not', async () => {
    const pod = probePod({
      name: 'returnpath-look-left',
      namespace: 'democratic-csi',
      nodeName: 'talos-1',
      image: 'docker.io/library/busybox:1.37.0',
      pull: 'Never',
      script: 'exec sleep 50',
    });
    await opened.pods.createPod('democratic-csi', pod, signal);
    const at = (nowUnixMs: number) => ({ nowUnixMs, signal });
    expect(await sweepProbePods(opened, 'democratic-csi', at(Date.now()))).toBe(0);
    expect(ours()).toEqual(['returnpath-look-left']);
    expect(await sweepProbePods(opened, 'democratic-csi', at(Date.now() + 200_000))).toBe(1);
    await until(() => ours().length === 0);
    expect(PROBE_LABELS['app.kubernetes.io/managed-by']).toBe('returnpath');
  });

  test('a node that is not there is said so', async () => {
    await expect(openKubeVantage('node://none', { ...opened }, { image, signal })).rejects.toThrow(
      /there is no such node/,
    );
  });
});

describe('pod://', () => {
  test('runs a script in a pod of the host network, which is its node', async () => {
    const name = podNamed('democratic-csi-hdd-node');
    vantage = await openKubeVantage(
      `pod://democratic-csi/${name}/csi-driver`,
      { ...opened },
      { signal },
    );
    expect(vantage.hostId).toBe('talos-1');
    const answer = await vantage.sh(
      'read x <<E\nhello\nE\necho "$x"; echo no >&2; exit 4',
      options,
    );
    expect(answer).toEqual({ stdout: 'hello\n', stderr: 'no\n', exitCode: 4, truncated: false });
  });

  test('a pod of its own network is a host of its own', async () => {
    const name = podNamed('ts-homelab-subnet-router');
    vantage = await openKubeVantage(`pod://tailscale/${name}`, { ...opened }, { image, signal });
    expect(vantage).toMatchObject({
      url: `pod://tailscale/${name}/tailscale`,
      hostId: `tailscale/${name}`,
    });
    expect(vantage.addresses[0]).toMatch(/^10\.244\./);
  });

  test('a container that is not there is said so', async () => {
    const name = podNamed('democratic-csi-hdd-node');
    const url = `pod://democratic-csi/${name}/none`;
    await expect(openKubeVantage(url, { ...opened }, { image, signal })).rejects.toThrow(
      /no container "none"/,
    );
  });
});
