import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checklist } from '../model/checklist.ts';
import type { RunEnd } from '../session/fix-session.ts';
import { finishRun } from './run-surroundings.ts';

const before = process.exitCode;
beforeEach(() => {
  vi.spyOn(console, 'log').mockReturnValue();
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = before;
});

const looked = (is: Checklist['is']): Partial<RunEnd> => ({
  checklist: { is, lines: [] } as unknown as Checklist,
});

test.each([
  { code: 0, what: 'is well', end: looked('ok') },
  { code: 0, what: 'was not to be looked at', end: {} },
  { code: 1, what: 'is not well', end: looked('bad') },
  { code: 1, what: 'was not seen whole', end: looked('unknown') },
  { code: 1, what: 'could not be looked at', end: { unseen: 'no way' } },
  { code: 1, what: 'is well and does not last', end: { ...looked('ok'), lasts: false } },
])('finishRun(): what was applied and $what ends with $code', ({ code, end }) => {
  const applied = { runId: 'run', entries: [], outcome: 'applied', why: 'x' } as const;
  finishRun({ ...applied, ...end }, {});
  expect(process.exitCode).toBe(code);
});
