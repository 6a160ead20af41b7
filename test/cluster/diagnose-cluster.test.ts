import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import { describeWith } from '../support/needs.ts';
import { type Operator, operatorOf } from '../support/operator.ts';

const CAUSE = 'lan-route-captured-by-vpn';
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
    const { findings, cluster, question, ...diagnosis } = await diagnose();
    expect(diagnosis.verdict).toBe('cause-found');
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
  });

  test('with a look at the storage server as well, the cause is proven in one chain', async () => {
    const { findings } = await diagnose(
      '--context',
      'admin@homelab',
      '--to',
      `lab://${lab.id}/nas`,
    );
    expect(findings).toMatchObject([{ cause: CAUSE, certainty: 'proven' }]);
    const [finding] = findings;
    expect(finding?.chain).toHaveLength(4);
    expect(finding?.chain[0]).toMatch(
      /Accept Routes is on at truenas; Connector homelab-subnet-router/,
    );
    expect(finding?.affects?.map(({ name }) => name).toSorted()).toEqual(WORKLOADS);
  });
});
