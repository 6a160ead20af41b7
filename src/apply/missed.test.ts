import { mkdtempSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localReach } from '../../test/support/local-reach.ts';
import { runOf, stepOf, valueIn } from '../../test/support/value-run.ts';
import type { Step } from '../model/plan.ts';
import { systemClock } from '../platform/clock.ts';
import { applyRun } from './apply-run.ts';
import { standNow } from './applying.ts';
import { undoRun } from './undo-run.ts';

describe('a run whose fix is done', () => {
  let folder = '';
  let values: { readonly [name: string]: ReturnType<typeof valueIn> };
  beforeEach(() => {
    folder = mkdtempSync('/tmp/rp-missed-');
    values = Object.fromEntries(['fix', 'a', 'b'].map((name) => [name, valueIn(folder, name)]));
    for (const value of Object.values(values)) value.set('old');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const step = (id: string, more: Partial<Step> = {}) => stepOf(id, valueIn(folder, id), more);
  const later = (id: string, more: Partial<Step> = {}) => step(id, { when: 'later', ...more });
  const selectors = [{ namespace: 'csi', labels: 'app=csi' }];
  const restart = () =>
    step('restart', { change: { kind: 'restart-pods', selectors, waitMs: 1000 } });
  const all = () => Object.values(values).map(({ get }) => get());
  /** Of the time that a check is given. */
  const hurried = { clock: { now: systemClock.now, wait: () => Promise.resolve() } };
  const wrong = [
    {
      host: 'far',
      vantage: 'ssh://far',
      reads: 'echo x',
      predicts: 'y',
      matches: ['y'],
      lacks: [],
    },
  ];

  test('keeps it where pods may not be restarted, and goes on with what makes it last', async () => {
    const a = runOf([step('fix'), restart(), later('a')]);
    const end = await applyRun(a, ['now', 'later']);
    expect(end).toEqual({
      outcome: 'applied',
      why: 'the fix was done and checked; not done: restart: Cannot restart pods: no cluster is at hand',
      lasts: true,
    });
    expect(all()).toEqual(['new', 'new', 'old']);
  });

  const forYou = () =>
    later('you', { change: { kind: 'person', text: 'untick it' }, does: 'untick it' });

  test.each([
    { what: 'all of it', with: () => [], says: 'every step was done and checked' },
    {
      what: 'what is due now',
      with: () => [later('a')],
      says: 'every step for now was done and checked; left for later: a',
    },
    {
      what: 'what is not for a person',
      with: () => [forYou()],
      says: 'every step for this program was done and checked; for you to do: you',
    },
  ])('says that it did $what', async ({ with: more, says }) => {
    expect((await applyRun(runOf([step('fix'), ...more()]), ['now'])).why).toBe(says);
  });

  test('tells a person again what is theirs, whenever it is asked to make it last', async () => {
    const said: string[] = [];
    const a = runOf([step('fix'), forYou()], { tell: (line) => void said.push(line) });
    for (let times = 0; times < 2; times += 1) await applyRun(a, ['now', 'later']);
    expect(said.filter((line) => line === 'for you to do: untick it')).toHaveLength(2);
  });

  test('keeps it where it is interrupted while pods start', async () => {
    const interrupt = new AbortController();
    const list = () => {
      interrupt.abort(new Error('interrupted'));
      return Promise.reject(new Error('aborted'));
    };
    const cluster = () => Promise.resolve({ kube: { list }, pods: {} } as never);
    const reach = { ...localReach(), cluster };
    const a = runOf([step('fix'), restart(), later('a')], { reach, signal: interrupt.signal });
    const end = await applyRun(a, ['now', 'later']);
    expect(end).toMatchObject({ outcome: 'applied', lasts: false });
    expect(end.why).toMatch(/not done: restart: interrupted; a: interrupted$/);
    expect(all()).toEqual(['new', 'old', 'old']);
  });

  test('takes back what would have made it last and failed, and that alone', async () => {
    const a = runOf([step('fix'), later('a', { checks: wrong }), later('b')], hurried);
    const end = await applyRun(a, ['now', 'later']);
    expect(end).toMatchObject({ outcome: 'applied', lasts: false });
    expect(end.why).toMatch(/not done: a: Cannot prove the step/);
    expect(all()).toEqual(['new', 'old', 'new']);
    expect(standNow(a).outcome).toBe('applied');
    expect((await undoRun(a, 'test')).outcome).toBe('undone');
    expect(all()).toEqual(['old', 'old', 'old']);
  });

  test('is unfinished where that cannot be taken back', async () => {
    const stuck = later('a', { checks: wrong });
    const change = { ...stuck.change, undoes: 'exit 1' } as Step['change'];
    const a = runOf([step('fix'), { ...stuck, change }], hurried);
    const end = await applyRun(a, ['now', 'later']);
    expect(end.outcome).toBe('unfinished');
    expect(end.why).toMatch(/not done: a: .*; not taken back: a: /);
    expect(all()).toEqual(['new', 'new', 'old']);
  });

  test('is done to the end although it was killed in what makes it last', async () => {
    const a = runOf([step('fix'), later('a')]);
    await applyRun(a, ['now']);
    const { change } = later('a');
    await a.journal.append({ is: 'begin', at: 1, step: 'a', found: 'old', change, undoes: '' });
    expect(await applyRun(a, ['now'])).toMatchObject({ outcome: 'applied', lasts: true });
    expect(all()).toEqual(['new', 'new', 'old']);
    expect(standNow(a).steps.get('a')).toBe('done');
  });

  test('leaves what makes it last where that cannot be looked at again', async () => {
    const lasting = later('a', { vantage: 'truenas://far' });
    const a = runOf([step('fix'), lasting]);
    await applyRun(a, ['now', 'later']);
    const vantage: typeof a.reach.vantage = (url, signal) =>
      url === lasting.vantage ? Promise.reject(new Error('down')) : a.reach.vantage(url, signal);
    const end = await applyRun({ ...a, reach: { ...a.reach, vantage } }, ['now', 'later']);
    expect(end).toMatchObject({ outcome: 'applied', lasts: false });
    expect(all()).toEqual(['new', 'new', 'old']);
  });
});
