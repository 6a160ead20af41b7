import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { collectHost } from '../../src/collect/index.ts';
import { runProbes } from '../../src/collect/probes/run-probes.ts';
import { OutsideError } from '../../src/model/outside-error.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import type { Vantage, VantageOptions } from '../../src/ports/vantage.ts';
import { describeWith } from '../support/needs.ts';
import { commandsMatching } from '../support/processes.ts';
import { type SshHost, startSshHost } from '../support/ssh-host.ts';
import { until } from '../support/until.ts';

const openVantage = openVantageIn({
  locateLabHost: () => Promise.reject(new Error('no lab here')),
  agentPath: '',
  interactive: false,
});
const within = (ms: number) => AbortSignal.timeout(ms);
const LIMIT = { limitBytes: 1024 * 1024 };

describeWith(['root', 'sshd', 'sudo', 'ip'], 'ssh vantage', () => {
  let host: SshHost;
  let opened: Vantage[] = [];
  const path = process.env['PATH'];
  const usualTemp = process.env['TMPDIR'];
  // sockets of ours go here, and nothing else does
  let temp: string;

  beforeAll(async () => {
    temp = mkdtempSync('/tmp/rp-test-');
    host = await startSshHost({ sudoers: 'rptest ALL=(ALL) ALL' });
    process.env['PATH'] = `${host.bin}:${path}`;
    process.env['TMPDIR'] = temp;
  });
  afterAll(() => {
    process.env['PATH'] = path;
    if (usualTemp === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usualTemp;
    host.stop();
    rmSync(temp, { recursive: true });
  });
  afterEach(async () => {
    await Promise.all(opened.map((vantage) => vantage.close()));
    opened = [];
    expect(readdirSync(temp)).toEqual([]);
    expect(commandsMatching(temp)).toEqual([]);
  });

  async function open(where: string, options: VantageOptions = {}, ms = 10_000): Promise<Vantage> {
    const vantage = await openVantage(`ssh://${host.user}@${where}`, options, within(ms));
    opened.push(vantage);
    return vantage;
  }

  test('reads the facts of a host as an ordinary user, in one trip', async () => {
    const vantage = await open('10.0.0.210:2222');
    const { facts, observations } = await collectHost(vantage, { clock, signal: within(10_000) });
    expect(facts.privileged).toMatchObject({ seen: true, value: false });
    expect(facts.network.rules.ipv4).toMatchObject({ seen: true });
    expect(facts.network.routes.ipv6).toMatchObject({ seen: true });
    expect(facts.tailscale.prefs).toMatchObject({ seen: false });
    expect(observations).toMatchObject([{ kind: 'counters', phase: 'before' }]);
  });

  test('probes with the tools of the host, and tells refused from silent', async () => {
    const vantage = await open('10.0.0.210:2222');
    const orders = [
      { role: 'control', probe: 'tcp', address: '10.0.0.210', port: 2222 },
      { role: 'target', probe: 'tcp', address: '10.0.0.210', port: 81 },
      { role: 'target', probe: 'tcp', address: '10.0.0.211', port: 80 },
    ] as const;
    const options = { clock, signal: within(10_000), timeoutMs: 1000 };
    const probes = await runProbes(vantage, orders, options);
    expect(probes.map(({ outcome }) => outcome)).toEqual(['answered', 'refused', 'timed-out']);
    expect(probes[2]?.elapsedMs).toBeGreaterThan(900);
  });

  test('tries several addresses side by side, and tells how each answered', async () => {
    const vantage = await open('10.0.0.211,100.68.1.2:2222');
    expect(vantage.reachedAt).toBe('100.68.1.2');
    const attempts = () => vantage.attempts?.() ?? [];
    await until(() => (attempts()[0]?.elapsedMs ?? 0) > 300);
    expect(attempts()).toMatchObject([
      { address: '10.0.0.211', outcome: 'timed-out' },
      { address: '100.68.1.2', outcome: 'answered' },
    ]);
    await until(() => attempts()[0]?.detail !== undefined);
    const { facts } = await collectHost(vantage, { clock, signal: within(10_000) });
    expect(facts).toMatchObject({ reachedAt: '100.68.1.2', attempts: attempts() });
  });

  test('says of every address why none lets us in', async () => {
    const failing = open('10.0.0.210,100.68.1.2:2223');
    await expect(failing).rejects.toThrow(OutsideError);
    await expect(failing).rejects.toThrow(/10\.0\.0\.210: .*refused; 100\.68\.1\.2: .*refused/);
  });

  test('a key that is not accepted is an error that says how to try by hand', async () => {
    const failing = openVantage('ssh://nobody-here@10.0.0.210:2222', {}, within(10_000));
    await expect(failing).rejects.toMatchObject({
      found: expect.stringContaining('Permission denied'),
      next: expect.stringContaining('ssh -p 2222 nobody-here@10.0.0.210'),
    });
  });

  test('becomes root by sudo with a password that is never seen', async () => {
    const vantage = await open('10.0.0.210:2222', {
      sudo: true,
      sudoPassword: () => Promise.resolve(host.password),
    });
    const looks = 'id -u; cat /proc/*/cmdline /proc/*/environ 2>/dev/null | tr "\\0" " "';
    const answer = await vantage.sh(looks, { ...LIMIT, signal: within(10_000) });
    expect(answer.stdout.split('\n')[0]).toBe('0');
    expect(answer.stdout + answer.stderr).not.toContain(host.password);
    const { facts } = await collectHost(vantage, { clock, signal: within(10_000) });
    expect(facts.privileged).toMatchObject({ seen: true, value: true });
  });

  test('reads what needs no root when the password is wrong, and says so', async () => {
    let asked = 0;
    const vantage = await open('10.0.0.210:2222', {
      sudo: true,
      sudoPassword: () => Promise.resolve(`wrong ${++asked}`),
    });
    const { facts } = await collectHost(vantage, { clock, signal: within(15_000) });
    expect(facts.privileged).toMatchObject({
      seen: false,
      why: expect.stringContaining('sudo did not accept the password'),
    });
    expect(facts.network.rules.ipv4).toMatchObject({ seen: true });
    expect(JSON.stringify(facts)).not.toContain('wrong 1');
    expect(asked).toBe(1);
  });

  test('without a password to give, says that sudo wants one', async () => {
    const vantage = await open('10.0.0.210:2222', { sudo: true });
    await vantage.sh(':', { ...LIMIT, signal: within(10_000) });
    expect(vantage.rootProblem?.why).toContain('sudo wants a password');
  });

  test('a password is never taken for a command where sudo wants none', async () => {
    const free = await startSshHost({ sudoers: 'rptest ALL=(ALL) NOPASSWD: ALL' });
    try {
      process.env['PATH'] = `${free.bin}:${path}`;
      const vantage = await open('10.0.0.210:2222', {
        sudo: true,
        sudoPassword: () => Promise.reject(new Error('nobody should ask')),
      });
      const answer = await vantage.sh('id -u', { ...LIMIT, signal: within(10_000) });
      expect(answer).toMatchObject({ stdout: '0\n', stderr: '', exitCode: 0 });
    } finally {
      process.env['PATH'] = `${host.bin}:${path}`;
      free.stop();
    }
  });

  test.each([
    { sudoers: '', why: 'this user may not use sudo' },
    { sudoers: 'Defaults requiretty\nrptest ALL=(ALL) ALL', why: 'insists on a terminal' },
  ])('reads what needs no root when sudo says: $why', async ({ sudoers, why }) => {
    const other = await startSshHost({ sudoers });
    try {
      process.env['PATH'] = `${other.bin}:${path}`;
      const vantage = await open('10.0.0.210:2222', {
        sudo: true,
        sudoPassword: () => Promise.resolve(other.password),
      });
      const answer = await vantage.sh('id -u', { ...LIMIT, signal: within(15_000) });
      expect(answer.stdout).toBe('4242\n');
      expect(vantage.rootProblem?.why).toContain(why);
    } finally {
      process.env['PATH'] = `${host.bin}:${path}`;
      other.stop();
    }
  });

  test('500 MB of output are cut off at the limit, and the command dies', async () => {
    const vantage = await open('10.0.0.210:2222');
    const answer = await vantage.sh('head -c 500000000 /dev/zero | tr "\\0" x', {
      limitBytes: 1_000_000,
      signal: within(20_000),
    });
    expect(answer.truncated).toBe(true);
    expect(answer.stdout.length).toBe(1_000_000);
  });

  test('a connection that is killed is an error, and later facts are missing', async () => {
    const vantage = await open('10.0.0.210:2222');
    host.exec('pkill', '-f', 'sshd: rptest');
    const { facts } = await collectHost(vantage, { clock, signal: within(10_000) });
    expect(facts.network.rules.ipv4).toMatchObject({ seen: false });
    expect(facts.name).toBe('10.0.0.210');
  });

  test('a host that hangs does not hang us', async () => {
    const hanging = await startSshHost();
    try {
      process.env['PATH'] = `${hanging.bin}:${path}`;
      const vantage = await open('10.0.0.210:2222');
      const start = performance.now();
      hanging.exec('pkill', '-STOP', '-f', 'sshd: rptest');
      const { facts } = await collectHost(vantage, { clock, signal: within(700) });
      expect(performance.now() - start).toBeLessThan(3000);
      expect(facts.network.rules.ipv4).toMatchObject({
        seen: false,
        why: expect.stringContaining('no answer'),
      });
      process.kill(hanging.sshdPid(), 'SIGSTOP');
      await expect(open('10.0.0.210:2222', {}, 700)).rejects.toThrow();
    } finally {
      process.env['PATH'] = `${host.bin}:${path}`;
      hanging.stop();
    }
  });
});
