import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../test/support/until.ts';
import { OutsideError } from '../../model/outside-error.ts';
import { firstLogin } from './first-login.ts';

// Stands in for ssh(1): what it does is in its host's name, and it notes how it was called.
const SSH = `#!/bin/sh
for a; do
case $a in LocalCommand=*) word=\${a#LocalCommand=echo };; BatchMode=*) batch=\${a#BatchMode=};; esac
host=$a
done
echo "$host batch=$batch" >> "$RP_CALLS"
case $host-$batch in
up-*|asks-no|slow-*) [ $host = slow ] && sleep 0.2; echo "$word"; exec sleep 30;;
asks-yes) echo "me@asks: Permission denied (publickey)." >&2; exit 255;;
refuses-*) echo "ssh: connect to host refuses port 22: Connection refused" >&2; exit 255;;
unknown-yes) echo "Host key verification failed." >&2; exit 255;;
hangs-*) exec sleep 30;;
esac
`;

const target = (host: string) => ({ host, user: 'me', port: undefined });

describe('firstLogin()', () => {
  const bin = mkdtempSync(join(tmpdir(), 'rp-fake-ssh-'));
  const usual = { path: process.env['PATH'], temp: process.env['TMPDIR'] };
  const calls = join(bin, 'calls');
  let temp: string;

  beforeAll(() => {
    writeFileSync(join(bin, 'ssh'), SSH, { mode: 0o755 });
    process.env['PATH'] = `${bin}:${usual.path}`;
    process.env['RP_CALLS'] = calls;
  });
  afterAll(() => {
    process.env['PATH'] = usual.path;
    delete process.env['RP_CALLS'];
    rmSync(bin, { recursive: true });
  });
  beforeEach(() => {
    temp = mkdtempSync('/tmp/rp-login-');
    process.env['TMPDIR'] = temp;
    writeFileSync(calls, '');
  });
  afterEach(() => {
    if (usual.temp === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual.temp;
    expect(readdirSync(temp)).toEqual([]);
    rmSync(temp, { recursive: true });
  });

  const login = (hosts: string[], { interactive = false, ms = 5000 } = {}) =>
    firstLogin(hosts.map(target), { interactive, signal: AbortSignal.timeout(ms) });

  test('keeps the first address that lets us in, and ends the others', async () => {
    const first = await login(['hangs', 'slow', 'refuses']);
    expect(first.master.target.host).toBe('slow');
    await until(() => first.attempts()[2]?.detail !== undefined);
    expect(first.attempts()).toMatchObject([
      { address: 'hangs', outcome: 'timed-out' },
      { address: 'slow', outcome: 'answered' },
      { address: 'refuses', outcome: 'refused', detail: expect.stringContaining('refused') },
    ]);
    await first.close();
    await first.master.close();
  });

  test('ends a second login that works as well', async () => {
    const first = await login(['up', 'slow']);
    expect(first.master.target.host).toBe('up');
    await until(() => first.attempts()[1]?.outcome === 'answered');
    await until(() => readdirSync(temp).length === 1);
    await first.close();
    await first.master.close();
  });

  test('without a terminal asks nobody', async () => {
    const failing = login(['asks', 'refuses']);
    await expect(failing).rejects.toThrow(OutsideError);
    await expect(failing).rejects.toMatchObject({
      found: expect.stringMatching(/asks: .*Permission denied.*; refuses: .*Connection refused/),
      next: 'make this work without a question: ssh me@asks true',
    });
    expect(readFileSync(calls, 'utf8')).not.toContain('batch=no');
  });

  test('on a terminal lets ssh ask, once no address works without', async () => {
    const first = await login(['refuses', 'asks'], { interactive: true });
    expect(first.master.target.host).toBe('asks');
    expect(readFileSync(calls, 'utf8').trim().split('\n').at(-1)).toBe('asks batch=no');
    await first.close();
    await first.master.close();
  });

  test('a host key that is not known is said to need a look', async () => {
    await expect(login(['unknown'])).rejects.toMatchObject({
      next: 'check the host key by hand: ssh me@unknown',
    });
  });

  test('an abort ends all attempts', async () => {
    await expect(login(['hangs', 'hangs'], { ms: 100 })).rejects.toThrow(/aborted|timeout/i);
  });

  test('closing twice is fine', async () => {
    const first = await login(['up']);
    await first.close();
    await first.master.close();
    await first.master.close();
  });
});
