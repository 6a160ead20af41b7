import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import type { Kubernetes } from '../../src/ports/kubernetes.ts';
import { startTestCluster, type TestCluster } from '../kubernetes-api/support/cluster.ts';
import { until } from '../support/until.ts';

const signal = new AbortController().signal;
const PODS = { version: 'v1', plural: 'pods' };
let cluster: TestCluster;
let kube: Kubernetes;

beforeAll(async () => {
  cluster = await startTestCluster();
  ({ kube } = await openKubernetes({ kubeconfig: cluster.adminConfig }));
  await until(() => cluster.kubernetes.cluster.list('pods').length >= 9, 10_000);
}, 30_000);
afterAll(async () => {
  kube.close();
  await cluster.close();
});

describe("the client against the lab's API", () => {
  test('reads lists page by page, in three forms', async () => {
    const sizes: number[] = [];
    const names: string[] = [];
    await kube.list(
      { resource: PODS, pageSize: 2 },
      ({ items }) => {
        sizes.push(items.length);
        names.push(...items.map((item) => (item as { metadata: { name: string } }).metadata.name));
      },
      signal,
    );
    expect(Math.max(...sizes)).toBe(2);
    expect(new Set(names).size).toBe(names.length);
    const rows: unknown[] = [];
    let columns: readonly string[] = [];
    await kube.list(
      { resource: { version: 'v1', plural: 'nodes' }, form: 'table' },
      (page) => {
        rows.push(...page.items);
        columns = page.columns;
      },
      signal,
    );
    expect(columns).toContain('Internal-IP');
    expect((rows[0] as unknown[])[columns.indexOf('Internal-IP')]).toBe('10.0.0.197');
    let spec: unknown = 'none yet';
    await kube.list(
      { resource: PODS, form: 'metadata' },
      ({ items: [first] }) => {
        spec = (first as { spec?: unknown }).spec;
      },
      signal,
    );
    expect(spec).toBeUndefined();
  });

  test('stops at the bound it was given, and says so', async () => {
    const end = await kube.list(
      { resource: PODS, pageSize: 2, atMost: 3 },
      () => undefined,
      signal,
    );
    expect(end).toEqual({ is: 'read', value: { items: 4, cutOff: true } });
  });

  test('tells which right is lacking', async () => {
    const kubeconfig = cluster.configFor({ name: 'nobody' });
    const { kube: poor } = await openKubernetes({ kubeconfig });
    const answer = await poor.list({ resource: PODS }, () => undefined, signal);
    expect(answer).toMatchObject({ is: 'forbidden', lacks: { verb: 'list', resource: 'pods' } });
    expect(await poor.may({ verb: 'list', resource: 'pods' }, signal)).toBe(false);
    expect(await kube.may({ verb: 'create', resource: 'pods/exec' }, signal)).toBe(true);
    poor.close();
  });

  test('acts as somebody else by --as', async () => {
    const { kube: other } = await openKubernetes({ kubeconfig: cluster.adminConfig, as: 'nobody' });
    const answer = await other.list({ resource: PODS }, () => undefined, signal);
    expect(answer.is).toBe('forbidden');
    other.close();
  });

  test('refuses a server it has no reason to trust', async () => {
    const config = parse(readFileSync(cluster.adminConfig, 'utf8')) as {
      clusters: [{ cluster: Record<string, unknown> }];
    };
    delete config.clusters[0].cluster['certificate-authority-data'];
    const strange = `${cluster.adminConfig}-strange`;
    writeFileSync(strange, stringify(config));
    const { kube: wary } = await openKubernetes({ kubeconfig: strange });
    await expect(wary.get('/version', signal)).rejects.toThrow(/certificate is not trusted/);
    config.clusters[0].cluster['insecure-skip-tls-verify'] = true;
    writeFileSync(strange, stringify(config));
    const { kube: careless } = await openKubernetes({ kubeconfig: strange });
    expect((await careless.get('/version', signal)).is).toBe('read');
    wary.close();
    careless.close();
  });

  test('reads the end of a log, and nothing where there is none', async () => {
    const pod = cluster.kubernetes.cluster
      .list('pods')
      .find(({ metadata }) => metadata.name.startsWith('democratic-csi-hdd-controller'));
    const at = { namespace: 'democratic-csi', pod: pod?.metadata.name ?? '' };
    await expect
      .poll(async () => kube.log({ ...at, container: 'csi-driver', tailLines: 200 }, signal))
      .toMatchObject({ is: 'read', value: expect.stringContaining('starting csi server') });
    const before = await kube.log({ ...at, container: 'csi-driver', previous: true }, signal);
    expect(before).toEqual({ is: 'absent' });
    expect(await kube.log({ ...at, pod: 'none' }, signal)).toEqual({ is: 'absent' });
  });

  describe('exec', () => {
    const inPod = (command: readonly string[], input?: string, limitBytes = 10_000) =>
      kube.exec(
        {
          namespace: 'democratic-csi',
          pod: nodePod(),
          container: 'csi-driver',
          command,
          input,
          limitBytes,
        },
        signal,
      );
    const nodePod = (): string =>
      cluster.kubernetes.cluster
        .list('pods')
        .find(({ metadata }) => metadata.name.startsWith('democratic-csi-hdd-node'))?.metadata
        .name ?? '';

    test('brings both streams and the exit code', async () => {
      expect(await inPod(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toEqual({
        is: 'read',
        value: { stdout: 'out\n', stderr: 'err\n', exitCode: 3, truncated: false },
      });
    });

    test('gives a script to a shell, and ends it there', async () => {
      expect(await inPod(['sh', '-s'], 'read x <<E\nhello\nE\necho $x\n')).toMatchObject({
        value: { stdout: 'hello\n', exitCode: 0 },
      });
      expect(await inPod(['cat'], 'as it is')).toMatchObject({ value: { stdout: 'as it is' } });
    });

    test('leaves a command that says too much', async () => {
      expect(await inPod(['sh', '-c', 'while :; do echo y; done'], undefined, 5000)).toMatchObject({
        value: { exitCode: undefined, truncated: true },
      });
    });

    test('says why a command cannot be started', async () => {
      await expect(inPod(['/nowhere'])).rejects.toThrow(/Cannot run "\/nowhere" in pod .*ENOENT/);
    });

    test('tells a pod that is not there, and a right that is lacking', async () => {
      const ask = { namespace: 'media', pod: 'none', command: ['true'], limitBytes: 1 };
      expect(await kube.exec(ask, signal)).toEqual({ is: 'absent' });
      const { kube: poor } = await openKubernetes({
        kubeconfig: cluster.configFor({ name: 'nobody' }),
      });
      const refused = await poor.exec(
        { ...ask, pod: nodePod(), namespace: 'democratic-csi' },
        signal,
      );
      expect(refused).toMatchObject({
        is: 'forbidden',
        lacks: { resource: 'pods/exec', namespace: 'democratic-csi' },
      });
      poor.close();
    });
  });
});
