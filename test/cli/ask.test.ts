import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { atTerminal } from '../support/terminal.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/returnpath.js');
/** What the line that was shown prints, when it is run. */
const RUN = 'run:^echo [A-Za-z0-9+/=]+\\|base64 -d\\|gzip -dc\\|sh$';
const ASK = ['ask', 'nas', '--client', '127.0.0.2', '--server', '127.0.0.1'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'returnpath-ask-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function returnpath(
  args: readonly string[],
  input = '',
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(
      process.execPath,
      [LAUNCHER, ...args],
      options,
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

describe('returnpath ask nas', () => {
  test('prints one line that is short enough to paste', async () => {
    const { code, stdout, stderr } = await returnpath(ASK);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout.length).toBeLessThan(4000);
    expect(stderr).toMatch(/System > Shell/);
  });

  test('takes the answer on standard input, keeps it, and says what to do with it', async () => {
    const { stdout: line } = await returnpath(ASK);
    const { stdout: answer } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    const { code, stderr } = await returnpath(['ask', 'nas', '--answer', '-'], answer);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^The answer is whole, \d+ s old\..* --to paste:nas\.paste$/m);
    expect(readFileSync(join(folder, 'nas.paste'), 'utf8')).toBe(answer);
  });

  test.each([
    { args: ['ask', 'nas'], says: /--client is missing/ },
    { args: [...ASK, '--client', 'nas.lan'], says: /--client must be an address/ },
    { args: ['diagnose', '--to', 'paste:'], says: /try: --to paste:FILE, with the answer/ },
  ])('refuses $args', async ({ args, says }) => {
    const { stderr, stdout } = await returnpath(args);
    expect(stderr + stdout).toMatch(says);
  });

  test('says which part of a copy is missing', async () => {
    const { stdout: line } = await returnpath(ASK);
    const { stdout: answer } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    const file = join(folder, 'half.txt');
    writeFileSync(file, answer.split('\n').slice(0, 20).join('\n'));
    const { code, stderr } = await returnpath(['ask', 'nas', '--answer', file]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/of its \d+ lines, 20-\d+ are missing or damaged/);
    expect(stderr).toMatch(/try: copy the whole answer once more/);
  });
});

describeWith(['python3'], 'returnpath ask nas at a terminal', () => {
  test('leaves nothing of the paste to the shell that it was called from', async () => {
    // what stands behind the answer would be a command of that shell
    const line = `${process.execPath} ${LAUNCHER} ${ASK.join(' ')} --save ${folder}/rest.txt; read -t 1 -r rest; echo "left:$rest:"`;
    const { shown } = await atTerminal(
      ['bash', '-c', line],
      [
        ['It ends by itself, or with Ctrl-D.', RUN],
        ['--- to here', 'echo typed into the shell\r'],
      ],
    );
    expect(shown).toMatch(/The answer is whole/);
    expect(shown).toMatch(/left::/);
  });

  test('waits until the whole answer was pasted, and keeps it', async () => {
    const file = join(folder, 'pasted.txt');
    const command = [process.execPath, LAUNCHER, ...ASK, '--save', file];
    const { code, shown } = await atTerminal(command, [
      [
        'It ends by itself, or with Ctrl-D.',
        'run:^echo [A-Za-z0-9+/=]+\\|base64 -d\\|gzip -dc\\|sh$',
      ],
    ]);
    expect(shown).toMatch(/The answer is whole/);
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^rp\w{6}0001\/\d{4}\./m);
  });
});
