import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localReach } from '../../test/support/local-reach.ts';
import { runOf, stepOf, valueIn } from '../../test/support/value-run.ts';
import { OutsideError } from '../model/outside-error.ts';
import { standOf } from '../model/run.ts';
import { applyRun } from './apply-run.ts';
import { undoRun } from './undo-run.ts';

describe('a run that is gone on with', () => {
  let folder = '';
  const value = () => valueIn(folder, 'value');

  beforeEach(() => {
    folder = mkdtempSync('/tmp/rp-apply-');
    value().set('old');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const fresh = () => runOf([stepOf('a', value())]);

  test('does again what a reboot of the host has undone, and can take it back', async () => {
    const a = fresh();
    expect((await applyRun(a, ['now'])).outcome).toBe('applied');
    value().set('old');
    expect((await applyRun(a, ['now'])).outcome).toBe('applied');
    expect(value().get()).toBe('new');
    expect((await undoRun(a, 'test')).outcome).toBe('undone');
    expect(value().get()).toBe('old');
  });

  test('is taken back once: a second time says so and writes nothing down', async () => {
    const said: string[] = [];
    const a = { ...fresh(), tell: (line: string) => void said.push(line) };
    await applyRun(a, ['now']);
    await undoRun(a, 'test');
    const before = a.journal.entries.length;
    said.length = 0;
    expect((await undoRun(a, 'test')).outcome).toBe('undone');
    expect(said).toEqual(['nothing to take back: it was taken back already']);
    expect(a.journal.entries).toHaveLength(before);
  });

  test('has nothing to take back where all was so already, and says it', async () => {
    const said: string[] = [];
    const a = { ...fresh(), tell: (line: string) => void said.push(line) };
    value().set('new');
    await applyRun(a, ['now']);
    expect((await undoRun(a, 'test')).outcome).toBe('undone');
    expect(said.at(-1)).toBe('nothing to take back: no step of it is in force');
    expect(value().get()).toBe('new');
  });

  test('does not do again what is still so', async () => {
    const a = fresh();
    await applyRun(a, ['now']);
    const begun = standOf(a.journal.entries).begun.length;
    await applyRun(a, ['now']);
    expect(standOf(a.journal.entries).begun).toHaveLength(begun);
  });

  test('takes back what arrives only after the connection has dropped', async () => {
    const a = fresh();
    const reach = localReach();
    let late: Promise<unknown> = Promise.resolve();
    const vantage = async (url: string, signal: AbortSignal) => {
      const open = await reach.vantage(url, signal);
      const sh: typeof open.sh = (script, options) => {
        if (!/\brp_write <\/dev\/null/.test(script) || value().get() !== 'old')
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
    expect(value().get()).toBe('old');
  });

  test('keeps the undo of a step that could not be taken back before', async () => {
    const a = fresh();
    await applyRun(a, ['now']);
    const unreachable = { vantage: () => Promise.reject(new Error('down')), anew: a.reach.anew };
    const failed = await undoRun({ ...a, reach: unreachable }, 'test');
    expect(failed).toMatchObject({ outcome: 'unfinished', why: expect.stringContaining('down') });
    expect((await applyRun(a, ['now'])).outcome).toBe('applied');
    expect((await undoRun(a, 'test')).outcome).toBe('undone');
    expect(value().get()).toBe('old');
  });

  test('does nothing whose timer was over before it was begun', async () => {
    const guard = { how: 'far-timer', afterSeconds: 1, because: 'test' } as const;
    const a = runOf([stepOf('a', value(), { guard })]);
    const files = () => readdirSync('/run').concat(readdirSync('/tmp'));
    const isWaiting = () => files().some((name) => /^returnpath-guard-run-a\.undo$/.test(name));
    const vantage: typeof a.reach.vantage = async (url, signal) => {
      const open = await localReach().vantage(url, signal);
      const sh: typeof open.sh = async (script, options) => {
        if (script.includes('timer that takes it back')) {
          await expect.poll(isWaiting, { timeout: 10_000 }).toBe(false);
        }
        return open.sh(script, options);
      };
      return { ...open, sh };
    };
    const end = await applyRun({ ...a, reach: { ...a.reach, vantage } }, ['now']);
    expect(end.outcome).toBe('undone');
    expect(end.why).toMatch(/the timer that takes it back was over before it was begun/);
    expect(a.journal.entries.map(({ is }) => is)).not.toContain('written');
    expect(value().get()).toBe('old');
    expect(files().filter((name) => name.startsWith('returnpath-guard-run-a'))).toEqual([]);
  });
});
