import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandsMatching } from '../../../test/support/processes.ts';
import { until } from '../../../test/support/until.ts';
import { OutsideError } from '../../model/outside-error.ts';
import { run } from './run.ts';

const options = { doing: 'try it', limitBytes: 10_000 };
const soon = () => AbortSignal.timeout(10_000);
const sh = (script: string, more = {}) =>
  run(['sh', '-c', script], { ...options, signal: soon(), ...more });

describe('run()', () => {
  test('gives what was printed, and the exit code', async () => {
    expect(await sh('echo a; echo b >&2; exit 3')).toEqual({
      stdout: 'a\n',
      stderr: 'b\n',
      exitCode: 3,
      truncated: false,
    });
  });

  test('writes the input, also to a program that does not read it', async () => {
    expect(await sh('cat', { input: 'hello' })).toMatchObject({ stdout: 'hello' });
    const unread = await sh('exit 0', { input: 'x'.repeat(1_000_000) });
    expect(unread.exitCode).toBe(0);
  });

  test('tells output as it arrives, whole characters only', async () => {
    const pieces: string[] = [];
    const script = 'printf "\\303"; sleep 0.05; printf "\\251!"';
    const answer = await sh(script, { onOutput: (text: string) => pieces.push(text) });
    expect(answer.stdout).toBe('é!');
    expect(pieces.join('')).toBe('é!');
    expect(pieces.join('')).not.toContain('\ufffd');
  });

  test('cuts off output at the limit, and kills what prints it', async () => {
    const answer = await sh('exec yes "$0" rp-run-limit', { limitBytes: 100_000 });
    expect(answer).toMatchObject({ truncated: true, exitCode: undefined });
    expect(answer.stdout.length).toBe(100_000);
    await until(() => commandsMatching('rp-run-limit').length === 0);
  });

  test('output of exactly the limit is whole', async () => {
    const answer = await sh('printf 12345', { limitBytes: 5 });
    expect(answer).toMatchObject({ stdout: '12345', truncated: false });
  });

  test('an abort kills the program and its children, at once', async () => {
    const stop = new AbortController();
    const running = sh('sleep 4711.5 & sleep 4711.5', { signal: stop.signal });
    await until(() => commandsMatching('sleep 4711.5').length >= 2);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await until(() => commandsMatching('sleep 4711.5').length === 0);
  });

  test('does not start after an abort', async () => {
    await expect(sh('echo', { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });

  test('does not wait for what stays in the background, and ends it', async () => {
    const start = performance.now();
    const answer = await sh('sleep 4712.5 & echo done');
    expect(answer.stdout).toBe('done\n');
    expect(performance.now() - start).toBeLessThan(3000);
    await until(() => commandsMatching('sleep 4712.5').length === 0);
  });

  test('a killed program has no exit code', async () => {
    expect(await sh('kill -9 $$')).toMatchObject({ exitCode: undefined, truncated: false });
  });

  test('a program that is not there is an error that says how to go on', async () => {
    const failing = run(['no-such-program'], { ...options, signal: soon() });
    await expect(failing).rejects.toThrow(OutsideError);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining('Cannot try it: "no-such-program" did not start'),
      next: 'install no-such-program, or put it on the PATH',
    });
  });

  test('leaves no zombie', async () => {
    await Promise.all(Array.from({ length: 5 }, () => sh('exit 0')));
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    expect(children.trim()).toBe('');
  });
});
