import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { kubeconfigPath } from '../../src/lab/cluster/describe.ts';
import { locateLabHost } from '../../src/lab/locate.ts';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import { Snapshot } from '../../src/model/snapshot.ts';
import { describeWith, kubectlPath } from '../support/needs.ts';
import { type Audited, ended, LAUNCHER, type Operator, operatorOf } from '../support/operator.ts';

const CAUSE = 'lan-route-captured-by-vpn';
const OWN_POD = 'returnpath-look-';
const OWN_LABEL = 'app.kubernetes.io/managed-by=returnpath';
const WORKLOADS = [
  'democratic-csi-hdd-controller',
  'democratic-csi-nvme-controller',
  'immich',
  'jellyfin',
  'sonarr',
];

describeWith(['namespaces', 'ip', 'nft'], 'a diagnosis that begins with a kubeconfig', () => {
  let lab: Lab;
  let operator: Operator;
  const diagnose = async (...args: readonly string[]) => {
    const { stdout } = await operator.run('diagnose', ...args, '-o', 'json');
    return Diagnosis.parse(JSON.parse(stdout));
  };

  beforeAll(async () => {
    lab = await startLab({ kubernetes: true, outage: true });
    operator = await operatorOf(lab);
    await vi.waitFor(
      async () => expect((await diagnose('--timeout', '1')).cluster?.symptoms).toHaveLength(5),
      { timeout: 20_000, interval: 300 },
    );
  });
  afterAll(() => lab?.stop());

  test('goes from what hangs to the likely cause, and names the fact that decides', async () => {
    const { findings, cluster, question, verdict } = await diagnose();
    expect(verdict).toBe('cause-found');
    expect(question).toMatchObject({
      from: 'talos-1',
      serverAddresses: ['10.0.0.210'],
      ports: [2049, 443, 80],
      controls: expect.arrayContaining(['10.0.0.1']),
    });
    expect(findings).toMatchObject([{ cause: CAUSE, certainty: 'likely' }]);
    const [finding] = findings;
    expect(finding?.wouldProve).toContain('ip route get 10.0.0.197 from 10.0.0.210');
    expect(finding?.summary).toContain('Connector homelab-subnet-router');
    expect(finding?.affects?.map(({ name }) => name).toSorted()).toEqual(WORKLOADS);
    expect(finding?.chain.at(-1)).toMatch(
      /jellyfin, sonarr \(media\), immich \(photos\) cannot start/,
    );
    expect(cluster?.sinceUnixMs).toBeGreaterThan(0);
    expect(cluster?.symptoms.map(({ state }) => state)).toEqual(
      expect.arrayContaining([
        'ContainerCreating',
        expect.stringMatching(/^\d\/6 CrashLoopBackOff$/),
      ]),
    );
    expect(cluster?.operator).toEqual([
      'this machine is on the LAN of the API server 10.0.0.197, by eth0',
      'this machine is on the LAN of the storage server 10.0.0.210, by eth0',
    ]);
    expect(cluster?.differential.join('\n')).toMatch(
      /by network: .*masqueraded[\s\S]*by target: .*its own network works[\s\S]*by client: utility, on the same LAN/,
    );
    expect(cluster?.advertised).toContainEqual({
      prefix: '10.0.0.197/32',
      by: 'Connector homelab-subnet-router',
      pending: false,
      covers: ['node talos-1'],
    });
  }, 50_000);

  test('with a look at the storage server as well, the cause is proven in one chain', async () => {
    // with --to alone, from where the NAS answers
    const { findings } = await diagnose('--to', `lab://${lab.id}/nas`);
    expect(findings).toMatchObject([{ cause: CAUSE, certainty: 'proven' }]);
    const [finding] = findings;
    expect(finding?.chain).toHaveLength(4);
    expect(finding?.chain[0]).toMatch(
      /Accept Routes is on at truenas; Connector homelab-subnet-router/,
    );
    expect(finding?.affects?.map(({ name }) => name).toSorted()).toEqual(WORKLOADS);
  });

  test('nothing was written but pods to look from, and each of them is gone', async () => {
    const before = operator.audit().length;
    await diagnose('--context', 'admin@homelab', '--to', `lab://${lab.id}/nas`);
    const asked = operator.audit().slice(before);
    const writes = asked
      .filter(({ verb, objectRef }) => !isReading(verb) && objectRef?.subresource !== 'exec')
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
    expect(asked.length).toBeGreaterThan(20);
    expect(new Set(writes)).toEqual(new Set(['create pods', 'delete pods']));
    const count = (what: string) => writes.filter((write) => write === what).length;
    expect(count('delete pods')).toBe(count('create pods'));
    expect(await ownPods(lab)).toEqual([]);
    expect(asked.filter(({ objectRef }) => objectRef?.resource === 'secrets')).toEqual([]);
  });

  test('who may only read is told what is likely all the same, and what could not be done', async () => {
    const reader = await operatorOf(lab, 'operator');
    const hasHung = async () => {
      const { stdout } = await reader.run('diagnose', '-o', 'json');
      return Diagnosis.parse(JSON.parse(stdout));
    };
    // a mount hangs for 30 s before its kubelet says so
    const { findings, notSeen } = await vi.waitFor(
      async () => {
        const diagnosis = await hasHung();
        expect(diagnosis.findings).toHaveLength(1);
        return diagnosis;
      },
      { timeout: 60_000, interval: 1000 },
    );
    expect(findings).toMatchObject([{ cause: CAUSE, certainty: 'likely' }]);
    const unseen = notSeen.map(({ what }) => what).join('\n');
    expect(unseen).toMatch(/pod:\/\/.*not allowed: get pods\/exec/);
    expect(unseen).toMatch(/node:\/\/talos-1: .*cannot create resource "pods"/);
    const writes = reader.audit().filter(({ verb }) => !isReading(verb));
    expect(writes.every(({ objectRef }) => objectRef?.resource === 'pods')).toBe(true);
  }, 90_000);

  test('no secret is in what it prints, says or saves', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'returnpath-secrets-')), 'look.json');
    const args = ['--context', 'admin@homelab', '--to', `lab://${lab.id}/nas`];
    const runs = [
      await operator.run('diagnose', ...args, '-v', '--progress', '--save', file),
      await operator.run('diagnose', ...args, '-o', 'markdown'),
      await operator.run('diagnose', ...args, '-o', 'json'),
    ];
    const said = [
      ...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
      readFileSync(file, 'utf8'),
    ];
    rmSync(dirname(file), { recursive: true });
    for (const text of said.filter((one) => one !== '')) {
      for (const secret of await secretsOf(lab)) expect(text.includes(secret)).toBe(false);
    }
  });

  test('Ctrl-C takes the pod to look from along', async () => {
    const running = operator.start('diagnose', '--from', 'node://talos-1', '--to', '10.0.0.210');
    const result = ended(running);
    await expect.poll(() => ownPods(lab), { timeout: 10_000, interval: 100 }).not.toEqual([]);
    running.kill('SIGINT');
    expect(await result).toMatchObject({ code: 130 });
    expect(await ownPods(lab)).toEqual([]);
  });
});

describeWith(['namespaces', 'ip', 'nft', 'kubectl'], 'kubectl returnpath', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ kubernetes: true });
  });
  afterAll(() => lab?.stop());

  test('begins with the cluster that kubectl means', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'returnpath-plugin-'));
    symlinkSync(LAUNCHER, join(folder, 'kubectl-returnpath'));
    const operator = await operatorOf(lab);
    const file = join(folder, 'look.json');
    const common = ['-o', 'json', '--save', file];
    const args = ['returnpath', 'diagnose', '--to', `lab://${lab.id}/nas`, ...common];
    await vi.waitFor(
      async () => {
        const { stdout } = await operator.runProgram([kubectlPath(), ...args], folder);
        const { verdict, question, cluster } = Diagnosis.parse(JSON.parse(stdout));
        expect({ verdict, from: question.from }).toEqual({ verdict: 'healthy', from: 'talos-1' });
        expect(cluster?.symptoms).toEqual([]);
      },
      { timeout: 30_000, interval: 500 },
    );
    // the driver's pod on the node has no curl: Node.js speaks TLS there
    const { observations } = Snapshot.parse(JSON.parse(readFileSync(file, 'utf8')));
    const probes = observations.flatMap((one) =>
      one.kind === 'probe' && one.host === 'talos-1' && one.role === 'target' ? [one] : [],
    );
    expect(probes.map(({ probe, outcome }) => `${probe} ${outcome}`).toSorted()).toEqual([
      ...['http answered', 'https answered', 'icmp not-run', 'nfs answered'],
      ...['tcp answered', 'tcp answered', 'tcp answered'],
    ]);
    expect(probes.flatMap(({ httpStatus }) => httpStatus ?? [])).toEqual([401, 401]);
    rmSync(folder, { recursive: true });
  }, 40_000);

  test('a cluster that is well is not accused by who may only read', async () => {
    const reader = await operatorOf(lab, 'operator');
    const { code, stdout } = await reader.run('diagnose', '--to', `lab://${lab.id}/nas`);
    expect({ code, stdout }).toMatchObject({ code: 2 });
    expect(stdout).toContain(
      'utility, on the same LAN, is answered by 10.0.0.210, and talos-1 was',
    );
    expect(stdout).toMatch(/ next +Look from talos-1: returnpath rbac names the rights/);
    expect(stdout).not.toMatch(/what is broken|has nothing that speaks/);
  });

  test('who may not list pods is not told that none hang', async () => {
    const admin = await operatorOf(lab);
    const { stdout } = await admin.run('diagnose', '--as', 'nobody');
    expect(stdout).toContain('CANNOT TELL  which pods hang could not be read, and nothing was');
    expect(stdout).toMatch(/not seen which pods hang: .*not allowed: list pods/);
    expect(stdout).not.toContain('names no node');
  });

  test('killed, it leaves a pod that ends by itself, and the next run sweeps it', async () => {
    const operator = await operatorOf(lab);
    // nobody has that address, so a pod that probes it runs for some seconds
    const args = ['diagnose', '--from', 'node://talos-1', '--to', '10.0.0.99'];
    const running = operator.start(...args);
    const result = ended(running);
    await expect.poll(() => ownPods(lab), { timeout: 10_000, interval: 20 }).not.toEqual([]);
    running.kill('SIGKILL');
    await result;
    const left = await ownPods(lab);
    expect(left).toHaveLength(1);

    const kubectl = async (...words: readonly string[]) => {
      const argv = [kubectlPath(), 'get', 'pods', '-A', '-l', OWN_LABEL, '-o', ...words];
      return (await operator.runProgram(argv, '/')).stdout.split(/\s+/).filter(Boolean);
    };
    expect(await kubectl('jsonpath={.items[*].metadata.name}')).toEqual(left);
    await expect
      .poll(() => kubectl('jsonpath={.items[*].status.phase}'), { timeout: 70_000, interval: 300 })
      .toEqual([expect.stringMatching(/^(?:Succeeded|Failed)$/)]);

    // one that may still be waited for is left alone
    await operator.run(...args, '--timeout', '3');
    expect(await ownPods(lab)).toEqual(left);
    await operator.runLater(2 * 60_000, ...args, '--timeout', '3');
    expect(await ownPods(lab)).toEqual([]);
    expect(await kubectl('jsonpath={.items[*].metadata.name}')).toEqual([]);
  }, 100_000);
});

function isReading(verb: string): boolean {
  return ['get', 'list', 'watch'].includes(verb);
}

/** Names of the pods that this program made, waited for, and has not taken away. */
async function ownPods(lab: Lab): Promise<readonly string[]> {
  const admin = await operatorOf(lab);
  const named = admin.audit().filter(({ objectRef }) => objectRef?.name?.startsWith(OWN_POD));
  const nameOf = ({ objectRef }: Audited) => objectRef?.name ?? '';
  const gone = new Set(named.filter(({ verb }) => verb === 'delete').map(nameOf));
  return [...new Set(named.map(nameOf))].filter((name) => !gone.has(name));
}

/** The storage's API key, and what the kubeconfigs prove their users by. */
async function secretsOf(lab: Lab): Promise<readonly string[]> {
  const { root = '' } = await locateLabHost(lab.id, 'utility');
  const kubeconfigs = ['admin', 'operator'].map((user) =>
    readFileSync(`${root}${kubeconfigPath(user)}`, 'utf8'),
  );
  const proofs = kubeconfigs.flatMap((text) =>
    [...text.matchAll(/(?:token|client-key-data|password): (\S+)/g)].flatMap(
      ([, proof]) => proof ?? [],
    ),
  );
  expect(proofs.length).toBeGreaterThanOrEqual(2);
  return [LAB_API_KEY, ...proofs];
}
