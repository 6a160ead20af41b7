import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { rbacCommand, rightsText } from '../../src/cli/rbac.ts';
import { collectCluster } from '../../src/collect/kubernetes/collect-cluster.ts';
import {
  CONFIG_RIGHTS,
  LOOK_RIGHTS,
  type NeededRight,
  READ_RIGHTS,
} from '../../src/collect/kubernetes/rights.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import { openKubeVantage } from '../../src/platform/kubernetes/open-kube-vantage.ts';
import { startTestCluster, type TestCluster } from '../kubernetes-api/support/cluster.ts';
import { until } from '../support/until.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}
interface Role {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly Rule[];
}

const signal = new AbortController().signal;
const WATCHER = { name: 'watcher' };
const textOf = (file: string): string =>
  readFileSync(new URL(`../../manifests/${file}`, import.meta.url), 'utf8');
const roleOf = (file: string): Role => parse(textOf(file)) as Role;
const granted = ({ rules }: Role): readonly string[] =>
  rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    )
    .toSorted();
const needed = (rights: readonly NeededRight[]): readonly string[] =>
  rights.map(({ verb, group = '', resource }) => `${verb} ${group}/${resource}`).toSorted();

describe.each([
  { file: 'rbac-read.yaml', rights: READ_RIGHTS },
  { file: 'rbac-probe-pods.yaml', rights: LOOK_RIGHTS },
  { file: 'rbac-driver-config.yaml', rights: CONFIG_RIGHTS },
])('$file', ({ file, rights }) => {
  test('grants exactly what is needed', () => {
    expect(granted(roleOf(file))).toEqual(needed(rights));
  });

  test('says above each rule, or in front of all, why', () => {
    const lines = textOf(file).split('\n');
    for (const [at, line] of lines.entries()) {
      if (!/^ {2}- apiGroups/.test(line)) continue;
      const before = lines[at - 1] ?? '';
      expect(before, line).toMatch(/^ {2}#|^rules:$/);
    }
    expect(lines[0]).toMatch(/^# /);
  });
});

describe('with no right but these', () => {
  let cluster: TestCluster;
  let kubeconfig: string;
  const bound = (role: Role) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: role.metadata.name },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: role.metadata.name,
    },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: WATCHER.name }],
  });
  const refusals = () =>
    cluster.kubernetes.audit.filter(
      ({ user, responseStatus }) => user.username === WATCHER.name && responseStatus.code === 403,
    );

  beforeAll(async () => {
    cluster = await startTestCluster();
    kubeconfig = cluster.configFor(WATCHER);
    await until(() => cluster.kubernetes.cluster.list('pods').length >= 9, 10_000);
  }, 30_000);
  afterAll(() => cluster.close());
  afterEach(() => {
    process.exitCode = undefined;
  });

  const run = async (args: readonly string[]): Promise<{ text: string; code: unknown }> => {
    let text = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    try {
      await rbacCommand().parseAsync(['--kubeconfig', kubeconfig, ...args], { from: 'user' });
    } finally {
      write.mockRestore();
    }
    return { text, code: process.exitCode };
  };

  test('`returnpath rbac` prints what is lacking, with the reason', async () => {
    const { text, code } = await run(['--probe-pods', '-n', 'democratic-csi']);
    expect(code).toBe(1);
    expect(text).toMatch(/^lacking 26 of 26 rights:$/m);
    expect(text).toMatch(/^ {2}list {4}pods +in all namespaces +which pods hang/m);
    expect(text).toMatch(/^ {2}create {2}pods\/exec +in democratic-csi +/m);
  });

  test('everything is read with rbac-read.yaml alone', async () => {
    const role = roleOf('rbac-read.yaml');
    cluster.kubernetes.load([role, bound(role)] as never);
    const { kube } = await openKubernetes({ kubeconfig });
    const before = refusals().length;
    const facts = await collectCluster(kube, { clock: systemClock, signal });
    kube.close();
    expect(facts.lacking).toEqual([]);
    expect(refusals()).toHaveLength(before);
    for (const fact of [facts.hangingPods, facts.csiPods, facts.backends, facts.tailnet]) {
      expect(fact.seen).toBe(true);
    }
    const { text, code } = await run([]);
    expect(text).toBe('nothing is lacking: all of 20 rights are there\n');
    expect(code).toBe(0);
  });

  test('a node is looked from with rbac-probe-pods.yaml beside it', async () => {
    const role = roleOf('rbac-probe-pods.yaml');
    cluster.kubernetes.load([role, bound(role)] as never);
    const means = await openKubernetes({ kubeconfig });
    const before = refusals().length;
    const image = 'docker.io/library/busybox:1.37.0';
    const vantage = await openKubeVantage('node://talos-1', means, { image, signal });
    const answer = await vantage.sh('echo seen', { signal, limitBytes: 1000 });
    await vantage.close();
    means.kube.close();
    expect(answer.stdout).toBe('seen\n');
    expect(refusals()).toHaveLength(before);
  });
});

test('rightsText() aligns what it prints', () => {
  expect(
    rightsText([
      { right: { verb: 'list', resource: 'pods', why: 'a' }, allowed: false },
      {
        right: { verb: 'create', resource: 'pods/exec', namespace: 'x', why: 'b' },
        allowed: false,
      },
      { right: { verb: 'get', resource: 'nodes', why: 'c' }, allowed: true },
    ]),
  ).toBe(
    'lacking 2 of 3 rights:\n  list    pods       in all namespaces  a\n  create  pods/exec  in x               b\n',
  );
});
