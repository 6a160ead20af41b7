import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WRONG_API_KEY } from '../../src/lab/faults/cluster.ts';
import { clusterFaults, faultById } from '../../src/lab/faults/index.ts';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import { matrixOf } from '../support/fault-matrix.ts';
import { describeWith } from '../support/needs.ts';
import { type Operator, operatorOf } from '../support/operator.ts';

const faults = [
  ...clusterFaults.filter(({ id }) => id !== 'one-node-astray'),
  ...['accept-routes', 'api-down-nfs-up', 'node-route-astray'].map(faultById),
];
/** A lease takes 15 s to be lost, a mount 30 s to hang, and back-off up to 30 s. */
const WAIT = { timeout: 90_000, interval: 200 };
/** Past the 5.5 s after which a probe is called silent, with time for a pod to look from. */
const LONG_PATIENCE_S = 12;
/** Where such a pod takes 12 s to be made, no patience is long enough; what can be read is there at once. */
const SHORT_PATIENCE_S = 4;

describeWith(['namespaces', 'ip', 'nft'], 'faults of a cluster, from a kubeconfig', () => {
  let lab: Lab;
  let operator: Operator;
  /** Every cause that was ever found, by fault. */
  const rows = new Map<string, Set<string>>();

  /** Seconds for a look. */
  let patience = LONG_PATIENCE_S;
  const diagnose = async (...args: readonly string[]): Promise<Diagnosis> => {
    const common = ['--context', 'admin@homelab', '--timeout', `${patience}`, '-o', 'json'];
    const { stdout } = await operator.run('diagnose', ...common, ...args);
    for (const key of [LAB_API_KEY, WRONG_API_KEY]) expect(stdout).not.toContain(key);
    return Diagnosis.parse(JSON.parse(stdout));
  };
  const withNas = () => diagnose('--to', `lab://${lab.id}/nas`);
  const state = async () => {
    const { findings, verdict, cluster } = await withNas();
    return { found: findings.map(({ cause }) => cause), verdict, symptoms: cluster?.symptoms };
  };
  const WELL = { found: [], verdict: 'healthy', symptoms: [] };

  beforeAll(async () => {
    lab = await startLab({ kubernetes: true });
    operator = await operatorOf(lab);
  });
  afterAll(async () => {
    await lab?.stop();
    process.stdout.write(matrixOf(rows));
  });

  test('begins healthy', async () => {
    await expect.poll(state, WAIT).toEqual(WELL);
  }, 100_000);

  describe.each(faults)('$id', ({ id, expect: expected }) => {
    test(`yields ${expected.causes.join(', ')} and nothing else, with and without a look at the NAS`, async () => {
      const found = new Set<string>();
      rows.set(id, found);
      patience = id === 'api-server-slow' ? SHORT_PATIENCE_S : LONG_PATIENCE_S;
      await lab.break(id);
      try {
        const findings = async (look: Promise<Diagnosis>) => {
          const diagnosis = await look;
          for (const { cause } of diagnosis.findings) found.add(cause);
          return diagnosis.findings.map(({ cause, certainty }) => `${cause} ${certainty}`);
        };
        // side by side: most of a look is waiting
        const looks = async () => {
          const both = [findings(withNas()), findings(diagnose())] as const;
          const [seen, alone] = await Promise.all(both);
          return { seen, alone: alone.map((one) => one.split(' ')[0]) };
        };
        const seen = expected.causes.map((cause) => `${cause} ${expected.certainty ?? 'proven'}`);
        await expect.poll(looks, WAIT).toEqual({ seen, alone: expected.causes });
        expect([...found]).toEqual(expected.causes);
      } finally {
        await lab.mend(id);
      }
      await expect.poll(state, WAIT).toEqual(WELL);
    }, 200_000);
  });
});
