import { expect, test } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { pastedResult } from './paste-fix.ts';

test('pastedResult(): an answer proves nothing about a plan of which nothing can be typed', async () => {
  const steps = [{ id: 'x', when: 'now', change: { kind: 'person', text: 'x' } }];
  await expect(pastedResult({ steps } as unknown as Plan, 'anything')).rejects.toThrow(
    'no step of it is done by a shell',
  );
});
