import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../src/lab/faults/index.ts';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { diagnoseInLab } from '../support/lab-diagnosis.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip'], 'a diagnosis of the homelab on the running kernel', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab();
  });

  afterAll(async () => {
    await lab.stop();
  });

  test('is healthy when nothing is broken', async () => {
    const { diagnosis } = await diagnoseInLab(lab);
    expect(diagnosis.verdict).toBe('healthy');
    expect(diagnosis.findings).toEqual([]);
    expect(diagnosis.disagreements).toEqual([]);
  });

  describe.each(faults)('of $id', ({ id, question, expect: expected }) => {
    test(`says ${[expected.verdict, ...expected.causes].join(' ')}, and healthy once it is mended`, async () => {
      await lab.break(id);
      try {
        const { diagnosis } = await diagnoseInLab(lab, question);
        expect(diagnosis).toMatchObject({ verdict: expected.verdict, disagreements: [] });
        expect(diagnosis.findings.map(({ cause }) => cause)).toEqual(expected.causes);
        for (const finding of diagnosis.findings) {
          expect(finding).toMatchObject({ certainty: 'proven' });
        }
      } finally {
        await lab.mend(id);
      }
      const { diagnosis } = await diagnoseInLab(lab);
      expect(diagnosis.verdict).toBe('healthy');
    });
  });
});
