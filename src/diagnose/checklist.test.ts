import { describe, expect, test } from 'vitest';
import type { Checklist, ChecklistLine } from '../model/checklist.ts';
import { checklistText } from '../report/checklist-text.ts';
import { leavingForLater } from './checklist.ts';

const line = (id: string, is: ChecklistLine['is']): ChecklistLine => ({
  id,
  what: id,
  is,
  evidence: 'read',
});
const list = (...lines: readonly ChecklistLine[]): Checklist => ({
  schema: 'returnpath/checklist',
  version: 1,
  atUnixMs: 0,
  is: 'bad',
  lines: [...lines],
});

describe('leavingForLater()', () => {
  test.each([
    { is: 'ok', when: 'only that line is bad', lines: [line('app', 'bad'), line('nfs', 'ok')] },
    { is: 'bad', when: 'another is bad', lines: [line('app', 'bad'), line('nfs', 'bad')] },
    { is: 'unknown', when: 'another is unseen', lines: [line('app', 'bad'), line('x', 'unknown')] },
  ])('is $is when $when', ({ is, lines }) => {
    expect(leavingForLater(list(...lines), ['app']).is).toBe(is);
  });

  test('names it as left for later, not as well', () => {
    const text = checklistText(
      leavingForLater(list(line('app', 'bad'), line('nfs', 'ok')), ['app']),
    );
    expect(text).toBe(
      'WELL  1 of 2 as they should be, 1 left for later\n later app   read\n ok    nfs   read\n',
    );
  });
});
