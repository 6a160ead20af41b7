import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checklist } from '../model/checklist.ts';
import type { Plan, Step } from '../model/plan.ts';
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

function appliedWith(steps: readonly Step[]): RunEnd {
  const planned = { is: 'planned', at: 0, plan: { steps } as unknown as Plan } as const;
  return { runId: 'run', entries: [planned], outcome: 'applied', why: 'x' };
}

test.each([
  { code: 0, what: 'is well', end: looked('ok') },
  { code: 0, what: 'was not to be looked at', end: {} },
  { code: 1, what: 'is not well', end: looked('bad') },
  { code: 1, what: 'was not seen whole', end: looked('unknown') },
  { code: 1, what: 'could not be looked at', end: { unseen: 'no way' } },
  { code: 1, what: 'is well and does not last', end: { ...looked('ok'), lasts: false } },
])('finishRun(): what was applied and $what ends with $code', ({ code, end }) => {
  finishRun({ ...appliedWith([]), ...end }, {});
  expect(process.exitCode).toBe(code);
});

test.each([
  { kind: 'truenas-app', says: 'to make it last: returnpath resume run --later --sudo' },
  { kind: 'person', says: 'to make it last, for you to do: untick it' },
])('finishRun(): says who makes it last where $kind is left for later', ({ kind, says }) => {
  const later = { id: 'later', when: 'later', change: { kind }, does: 'untick it' };
  finishRun(appliedWith([later as unknown as Step]), { sudo: true });
  const said = vi.mocked(console.log).mock.calls.flat();
  expect(said.filter((line) => String(line).includes('last'))).toEqual([says]);
});
