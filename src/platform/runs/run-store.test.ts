import { spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundled } from '../../../test/support/bundle.ts';
import type { JournalEntry } from '../../model/run.ts';
import { runStoreIn, runsFolder } from './run-store.ts';

const DONE: JournalEntry = { is: 'done', at: 1, step: 'pin' };
const FAILED: JournalEntry = { is: 'failed', at: 2, step: 'pin', why: 'no' };

describe('run store', () => {
  let temp: string;
  let folder: string;
  beforeEach(() => {
    temp = mkdtempSync('/tmp/rp-store-');
    folder = join(temp, 'state/runs');
  });
  afterEach(() => rmSync(temp, { recursive: true }));

  const file = (id: string) => join(folder, `${id}.jsonl`);
  async function written(...entries: readonly JournalEntry[]): Promise<string> {
    const journal = await runStoreIn(folder).create(0);
    for (const entry of entries) await journal.append(entry);
    await journal.close();
    return journal.id;
  }

  test('nobody but its owner can read a run', async () => {
    const id = await written(DONE);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file(id)).mode & 0o777).toBe(0o600);
  });

  test('a line is in the file when append resolves', async () => {
    const journal = await runStoreIn(folder).create(0);
    await journal.append(DONE);
    expect(readFileSync(file(journal.id), 'utf8')).toBe(`${JSON.stringify(DONE)}\n`);
    await journal.close();
  });

  test.each([
    { what: 'half a line', tail: '{"is":"fai' },
    { what: 'a line without its end', tail: JSON.stringify(FAILED) },
  ])('$what at the end was never acted upon and is cut off', async ({ tail }) => {
    const id = await written(DONE);
    appendFileSync(file(id), tail);
    const journal = await runStoreIn(folder).open(id);
    expect(journal.entries).toEqual([DONE]);
    await journal.append(FAILED);
    await journal.close();
    expect((await runStoreIn(folder).list())[0]?.entries).toEqual([DONE, FAILED]);
  });

  test('a line that is none of ours is refused, and the list says so', async () => {
    const id = await written(DONE);
    appendFileSync(file(id), '{"is":"something else"}\n');
    await expect(runStoreIn(folder).open(id)).rejects.toThrow(/line 2 is not as this program/);
    expect((await runStoreIn(folder).list())[0]?.unreadable).toMatch(/line 2/);
    // the failed attempt has given the lock back
    await (await runStoreIn(folder).create(0)).close();
  });

  test('a second run is refused while one is open, and not after it', async () => {
    const first = await runStoreIn(folder).create(0);
    await expect(runStoreIn(folder).create(0)).rejects.toThrow(
      `another run is going on in process ${process.pid}`,
    );
    await first.close();
    await (await runStoreIn(folder).create(0)).close();
    expect(readdirSync(folder).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  test.each([
    { whose: 'a process that is gone', lock: '{"pid":999999999,"started":"1","boot":"x"}\n' },
    { whose: 'an earlier boot', lock: `{"pid":${process.pid},"started":"1","boot":"earlier"}\n` },
    { whose: 'nobody, being empty', lock: '' },
  ])('the lock of $whose is taken over', async ({ lock }) => {
    await written(DONE);
    writeFileSync(join(folder, 'lock'), lock);
    await (await runStoreIn(folder).create(0)).close();
  });

  test('the lock of a killed process is taken over, that of a living one is not', async () => {
    const lock = await bundled('src/platform/runs/run-lock.ts', join(temp, 'run-lock.mjs'));
    const code = `
      const { takeLock } = await import(${JSON.stringify(lock)});
      await takeLock(${JSON.stringify(folder)});
      console.log('held');
      setInterval(() => {}, 1000);`;
    await written(DONE);
    const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(runStoreIn(folder).create(0)).rejects.toThrow(`in process ${child.pid}`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await runStoreIn(folder).create(0)).close();
  });

  test('a folder that cannot be listed is told, with what to do', async () => {
    writeFileSync(join(temp, 'state'), '');
    await expect(runStoreIn(folder).list()).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot list the runs in ".*runs": ENOTDIR/),
      next: expect.stringContaining('XDG_STATE_HOME'),
    });
  });

  test('a run that is not there is told as such, and leaves no folder', async () => {
    await expect(runStoreIn(folder).open('20260101-000000-aaaa')).rejects.toMatchObject({
      message: `Cannot open the run "20260101-000000-aaaa": it is not in ${folder}`,
      next: 'returnpath runs lists them',
    });
    expect(readdirSync(temp)).toEqual([]);
  });

  test('what is no id of a run names no file', async () => {
    await expect(runStoreIn(folder).open('../../etc/passwd')).rejects.toThrow(/no id of a run/);
    expect(await runStoreIn(folder).list()).toEqual([]);
  });
});

test.each([
  { given: '/var/state', is: '/var/state/returnpath/runs' },
  { given: 'relative', is: /\/\.local\/state\/returnpath\/runs$/ },
  { given: undefined, is: /\/\.local\/state\/returnpath\/runs$/ },
])('XDG_STATE_HOME=$given leads to $is', ({ given, is }) => {
  expect(runsFolder({ XDG_STATE_HOME: given })).toMatch(is);
});
