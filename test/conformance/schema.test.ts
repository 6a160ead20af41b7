import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Checklist } from '../../src/model/checklist.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import { Plan } from '../../src/model/plan.ts';
import { Snapshot } from '../../src/model/snapshot.ts';

// The files are shipped. A change of the model shows up here; `npx vitest run test/conformance -u`
// writes them anew, and the difference belongs into the changelog.
describe('the JSON Schema in the package', () => {
  test.each([
    { name: 'diagnosis', schema: Diagnosis },
    { name: 'snapshot', schema: Snapshot },
    { name: 'plan', schema: Plan },
    { name: 'checklist', schema: Checklist },
  ])('describes a $name as the program writes it', async ({ name, schema }) => {
    const json = z.toJSONSchema(schema, { target: 'draft-2020-12' });
    await expect(`${JSON.stringify(json, null, 2)}\n`).toMatchFileSnapshot(
      `../../schema/${name}.json`,
    );
  });
});
