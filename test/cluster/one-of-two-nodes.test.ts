import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultById } from '../../src/lab/faults/index.ts';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import { describeWith } from '../support/needs.ts';
import { type Operator, operatorOf } from '../support/operator.ts';

const WAIT = { timeout: 90_000, interval: 300 };

describeWith(['namespaces', 'ip', 'nft'], 'a cluster of two nodes', () => {
  let lab: Lab;
  let operator: Operator;
  const diagnose = async (): Promise<Diagnosis> => {
    const args = ['--context', 'admin@homelab', '--to', `lab://${lab.id}/nas`, '--timeout', '12'];
    const { stdout } = await operator.run('diagnose', ...args, '-o', 'json');
    return Diagnosis.parse(JSON.parse(stdout));
  };
  const state = async () => {
    const { findings, verdict, cluster } = await diagnose();
    return { found: findings.map(({ cause }) => cause), verdict, symptoms: cluster?.symptoms };
  };
  const WELL = { found: [], verdict: 'healthy', symptoms: [] };

  beforeAll(async () => {
    lab = await startLab({ kubernetes: true, nodes: 2 });
    operator = await operatorOf(lab);
  });
  afterAll(() => lab?.stop());

  test('begins healthy', async () => {
    await expect.poll(state, WAIT).toEqual(WELL);
  }, 100_000);

  describe.each(['one-node-astray', 'accept-routes-one'])('of which one has %s', (id) => {
    test('is told from a NAS that is down: the other node is answered', async () => {
      await lab.break(id);
      try {
        const { causes } = faultById(id).expect;
        const found = async () => {
          const { findings, question, cluster } = await diagnose();
          const proven = findings.map(({ cause, certainty }) => `${cause} ${certainty}`);
          const byNode = cluster?.differential.find((line) => line.startsWith('by node'));
          const contrast = findings.flatMap((one) => one.contrast).join('\n');
          return { proven, from: question.from, byNode, contrast };
        };
        await expect.poll(found, WAIT).toMatchObject({
          proven: causes.map((cause) => `${cause} proven`),
          from: 'talos-1',
          byNode: expect.stringContaining('answers talos-2 and not talos-1'),
          contrast: expect.stringContaining('talos-2 (10.0.0.198)'),
        });
      } finally {
        await lab.mend(id);
      }
      await expect.poll(state, WAIT).toEqual(WELL);
    }, 200_000);
  });
});
