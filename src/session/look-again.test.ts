import { describe, expect, test } from 'vitest';
import type { Applying } from '../apply/applying.ts';
import type { Checklist } from '../model/checklist.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Plan } from '../model/plan.ts';
import type { JournalEntry } from '../model/run.ts';
import { lookedAgain } from './look-again.ts';

describe('lookedAgain()', () => {
  const applied = { outcome: 'applied', why: 'every step was done and checked' } as const;
  const interrupt = new AbortController();

  function running(append?: () => Promise<void>) {
    const entries: JournalEntry[] = [
      { is: 'planned', at: 0, plan: { steps: [] } as unknown as Plan },
    ];
    const journal = {
      ...{ id: 'run', entries, close: () => Promise.resolve() },
      append: append ?? ((entry: JournalEntry) => Promise.resolve(void entries.push(entry))),
    };
    const clock = { now: () => 0 };
    const applying = { journal, clock, signal: interrupt.signal } as unknown as Applying;
    return { applying, entries };
  }
  const bad = { is: 'bad', lines: [] } as unknown as Checklist;

  test('what could not be looked at again stays applied', async () => {
    const { applying } = running();
    const verify = () => Promise.reject(new OutsideError({ doing: 'look', found: 'no cluster' }));
    expect(await lookedAgain(applied, { applying, options: { ...applying, verify } })).toEqual({
      ...applied,
      unseen: 'Cannot look: no cluster',
    });
  });

  test('a journal that is full by then does not make it less so', async () => {
    const { applying } = running(() => Promise.reject(new Error('ENOSPC')));
    const verify = () => Promise.resolve(bad);
    const end = await lookedAgain(applied, {
      applying,
      options: { ...applying, verify },
    });
    expect(end).toEqual({ ...applied, checklist: bad });
  });

  test('a wait to become well that Ctrl-C ended is not written down as not well', async () => {
    const { applying, entries } = running();
    const verify = () => {
      interrupt.abort(new Error('interrupted'));
      return Promise.resolve(bad);
    };
    const end = await lookedAgain(applied, {
      applying,
      options: { ...applying, verify },
    });
    expect(end).toEqual({ ...applied, unseen: 'interrupted' });
    expect(entries.map(({ is }) => is)).toEqual(['planned']);
  });
});
