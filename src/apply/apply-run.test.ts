import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localReach } from '../../test/support/local-reach.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Plan, Step } from '../model/plan.ts';
import { type JournalEntry, standOf } from '../model/run.ts';
import { systemClock } from '../platform/clock.ts';
import type { Journal } from '../ports/run-store.ts';
import { applyRun } from './apply-run.ts';
import type { Applying } from './applying.ts';
import { undoRun } from './undo-run.ts';

describe('a run that is gone on with', () => {
  let folder = '';
  const file = () => join(folder, 'value');
  const value = () => readFileSync(file(), 'utf8').trim();
  const set = (text: string) => writeFileSync(file(), `${text}\n`);

  beforeEach(() => {
    folder = mkdtempSync('/tmp/rp-apply-');
    set('old');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function planOf(): Plan {
    const change = {
      kind: 'shell',
      reads: `cat ${file()}`,
      does: `echo new >${file()}`,
      undoes: `echo old >${file()}`,
      from: 'old',
      to: 'new',
      serves: [],
    };
    const step = {
      id: 'a',
      when: 'now',
      hostName: 'far',
      vantage: 'ssh://far',
      change,
      checks: [],
    };
    return { steps: [step as unknown as Step] } as unknown as Plan;
  }

  function running(entries: JournalEntry[]): Applying {
    const journal: Journal = {
      id: 'run',
      entries,
      append: (entry) => Promise.resolve(void entries.push(entry)),
      close: () => Promise.resolve(),
    };
    const signal = AbortSignal.timeout(30_000);
    return { journal, reach: localReach(), clock: systemClock, signal, tell: () => undefined };
  }

  const fresh = (): JournalEntry[] => [{ is: 'planned', at: 0, plan: planOf() }];

  test('does again what a reboot of the host has undone, and can take it back', async () => {
    const a = running(fresh());
    expect((await applyRun(a, ['now'])).outcome).toBe('applied');
    set('old');
    expect((await applyRun(a, ['now'])).outcome).toBe('applied');
    expect(value()).toBe('new');
    expect((await undoRun(a, 'test')).outcome).toBe('undone');
    expect(value()).toBe('old');
  });

  test('does not do again what is still so', async () => {
    const a = running(fresh());
    await applyRun(a, ['now']);
    const begun = standOf(a.journal.entries).begun.length;
    await applyRun(a, ['now']);
    expect(standOf(a.journal.entries).begun).toHaveLength(begun);
  });

  test('takes back what arrives only after the connection has dropped', async () => {
    const a = running(fresh());
    const reach = localReach();
    let late: Promise<unknown> = Promise.resolve();
    const vantage = async (url: string, signal: AbortSignal) => {
      const open = await reach.vantage(url, signal);
      const sh: typeof open.sh = (script, options) => {
        if (!/\brp_write <\/dev\/null/.test(script) || value() !== 'old')
          return open.sh(script, options);
        late = open.sh(`sleep 0.7\n${script}`, options);
        return Promise.reject(
          new OutsideError({ doing: 'run it', found: 'the connection dropped' }),
        );
      };
      return { ...open, sh };
    };
    const end = await applyRun({ ...a, reach: { ...reach, vantage } }, ['now']);
    expect(end).toMatchObject({ outcome: 'undone', why: 'Cannot run it: the connection dropped' });
    await late;
    expect(value()).toBe('old');
  });

  test('keeps the undo of a step that could not be taken back before', async () => {
    const a = running(fresh());
    await applyRun(a, ['now']);
    const unreachable = { vantage: () => Promise.reject(new Error('down')), anew: a.reach.anew };
    const failed = await undoRun({ ...a, reach: unreachable }, 'test');
    expect(failed).toMatchObject({ outcome: 'unfinished', why: expect.stringContaining('down') });
    expect((await applyRun(a, ['now'])).outcome).toBe('applied');
    expect((await undoRun(a, 'test')).outcome).toBe('undone');
    expect(value()).toBe('old');
  });
});
