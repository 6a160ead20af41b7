import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTerminal, type Terminal } from './terminal.ts';
import { terminalHelper } from './terminal-helper.ts';

const WHERE: Readonly<Record<string, readonly string[]>> = {
  perl: ['-e', 'print $^X'],
  python3: ['-c', 'import sys; print(sys.executable, end="")'],
};

describe.each(Object.entries(WHERE))('a terminal made by %s', (name, where) => {
  const isHere = spawnSync(name, where).status === 0;
  let folder: string;
  let terminal: Terminal | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'returnpath-terminal-'));
  });
  afterEach(() => {
    terminal?.close();
    rmSync(folder, { recursive: true });
  });

  function open(argv: readonly string[]) {
    symlinkSync(execFileSync(name, where, { encoding: 'utf8' }), join(folder, name));
    let output = '';
    let hasEnded = false;
    const opened = openTerminal({
      argv,
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/',
      helper: terminalHelper(folder),
      onOutput: (bytes) => {
        output += bytes.toString('utf8');
      },
      onEnd: () => {
        hasEnded = true;
      },
    });
    terminal = opened;
    return { terminal: opened, output: () => output, hasEnded: () => hasEnded };
  }

  test.skipIf(!isHere)('echoes, ends lines with CR LF, and takes sizes', async () => {
    const { terminal: shell, output, hasEnded } = open(['/bin/sh']);
    shell.resize(132, 43);
    shell.write(Buffer.from('test -t 0 && echo "is a"" terminal"\n'));
    await expect.poll(output, { timeout: 10_000 }).toContain('is a terminal\r\n');
    expect(output()).toContain('echo "is a"" terminal"\r\n');
    shell.write(Buffer.from('stty size\n'));
    await expect.poll(output, { timeout: 10_000 }).toContain('43 132\r\n');
    shell.write(Buffer.from('exit\n'));
    await expect.poll(hasEnded, { timeout: 10_000 }).toBe(true);
  });

  test.skipIf(!isHere)('ends what runs on it when it is closed', async () => {
    const {
      terminal: shell,
      output,
      hasEnded,
    } = open(['/bin/sh', '-c', 'echo $$; exec sleep 600']);
    await expect.poll(output, { timeout: 10_000 }).toMatch(/^\d+\r\n/);
    const pid = Number.parseInt(output(), 10);
    shell.close();
    await expect.poll(hasEnded, { timeout: 10_000 }).toBe(true);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  test('is not to be had without one of the two', () => {
    expect(() => terminalHelper(folder)).toThrow('neither "perl" nor "python3"');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
