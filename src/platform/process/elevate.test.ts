import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellOf } from './shell.ts';

// Behaves as sudo(8) -S does: asks on standard error, reads a line of standard input byte by byte,
// and gives up at its end or after three wrong ones.
const SUDO = `#!/bin/bash
[ "$1" = -S ] && [ "$2" = -p ] && prompt=$3 && shift 4
case $RP_SUDO in
free) exec "$@";;
tty) echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1;;
nobody) echo 'admin is not in the sudoers file.' >&2; exit 1;;
esac
for try in 1 2 3; do
printf %s "$prompt" >&2
IFS= read -r word || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
echo "$word" >> "$RP_HEARD"
[ "$word" = right ] && exec "$@"
echo 'Sorry, try again.' >&2
done
exit 1
`;

describe('shellOf() with sudo', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rp-elevate-'));
  const heard = join(dir, 'heard');

  beforeAll(() => {
    writeFileSync(join(dir, 'sudo'), SUDO);
    chmodSync(join(dir, 'sudo'), 0o755);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  function shell(sudo: string, password?: () => Promise<string>) {
    const env = `RP_SUDO=${sudo} RP_HEARD=${heard} PATH=${dir}:$PATH`;
    return shellOf((line) => ['sh', '-c', `${env}; export RP_SUDO RP_HEARD PATH; ${line}`], {
      where: 'ssh://nas',
      options: { sudo: true, sudoPassword: password },
    });
  }
  const options = () => ({ signal: AbortSignal.timeout(10_000), limitBytes: 1000 });

  test('gives the password once sudo asks, and the script after that', async () => {
    const pieces: string[] = [];
    const { sh, rootProblem } = shell('asks', () => Promise.resolve('right'));
    const answer = await sh('cat; echo out; echo err >&2', {
      ...options(),
      onOutput: (text) => pieces.push(text),
    });
    expect(answer).toMatchObject({ stdout: 'out\n', stderr: 'err\n', exitCode: 0 });
    expect(pieces.join('')).toBe('out\n');
    expect(rootProblem()).toBeUndefined();
  });

  test('asks nobody where sudo wants no password', async () => {
    const { sh } = shell('free', () => Promise.reject(new Error('nobody should ask')));
    expect(await sh('echo out', options())).toMatchObject({ stdout: 'out\n', stderr: '' });
  });

  test('asks for the password once, for all scripts', async () => {
    let asked = 0;
    const { sh } = shell('asks', () => Promise.resolve(++asked === 1 ? 'right' : 'wrong'));
    await sh(':', options());
    expect(await sh('echo again', options())).toMatchObject({ stdout: 'again\n' });
    expect(asked).toBe(1);
  });

  test.each([
    { when: 'the password is wrong', sudo: 'asks', why: 'sudo did not accept the password' },
    { when: 'sudo wants a terminal', sudo: 'tty', why: 'sudo insists on a terminal (requiretty)' },
    { when: 'the user may not', sudo: 'nobody', why: 'this user may not use sudo' },
  ])('runs the script without root when $when', async ({ sudo, why }) => {
    const { sh, rootProblem } = shell(sudo, () => Promise.resolve('hunter2'));
    expect(await sh('echo out', options())).toMatchObject({ stdout: 'out\n' });
    expect(rootProblem()?.why).toBe(`Cannot become root on ssh://nas: ${why}`);
    expect(JSON.stringify(rootProblem())).not.toContain('hunter2');
  });

  test('tries a wrong password once, and no line of the script as one', async () => {
    rmSync(heard, { force: true });
    const { sh } = shell('asks', () => Promise.resolve('hunter2'));
    await sh('echo secret script', options());
    const { stdout } = await shell('free').sh(`cat ${heard}`, options());
    expect(stdout).toBe('hunter2\n');
  });

  test('says so when nobody can be asked', async () => {
    const { sh, rootProblem } = shell('asks');
    await sh(':', options());
    expect(rootProblem()?.why).toContain('sudo wants a password');
  });

  test('passes on why no password was given', async () => {
    const { sh } = shell('asks', () => Promise.reject(new Error('the prompt was closed')));
    await expect(sh(':', options())).rejects.toThrow('the prompt was closed');
  });

  test('says so when there is no sudo', async () => {
    const without = shellOf(
      (line) => ['sh', '-c', `PATH=/nowhere; sh() { /bin/sh "$@"; }; ${line}`],
      {
        where: 'ssh://nas',
        options: { sudo: true },
      },
    );
    await without.sh(':', options()).catch(() => undefined);
    expect(without.rootProblem()?.why).toContain('there is no sudo');
  });
});
