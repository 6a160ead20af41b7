import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { Plan } from '../../src/model/plan.ts';
import { atUtility, type CommandEnd, withApiKey } from '../support/at-utility.ts';
import { nasState } from '../support/fixing.ts';
import { diagnoseInLab } from '../support/lab-diagnosis.ts';
import { nasApp } from '../support/nas-app.ts';
import { nasWire } from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';
import { fixByApi, nasKeeps } from '../support/truenas-fixing.ts';

describeWith(['namespaces', 'ip', 'nft', 'curl', 'ping'], 'fix with an API key alone', () => {
  let lab: Lab;
  let temp: string;
  beforeEach(async () => {
    temp = mkdtempSync('/tmp/rp-fix-nas-');
    lab = await startLab({ truenas: '25.10' });
    await lab.break('accept-routes');
  });
  afterEach(async () => {
    await lab?.stop();
    rmSync(temp, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]): Promise<CommandEnd> =>
    atUtility(lab, [...args, ...withApiKey(temp)], { state: join(temp, 'state') });
  const fix = (...more: readonly string[]) => fixByApi(lab, temp, ...more);
  const newestRun = async () => {
    const { stdout } = await atUtility(lab, ['runs', '-o', 'json'], { state: join(temp, 'state') });
    return (JSON.parse(stdout) as { id: string }[])[0]?.id ?? '';
  };
  const verdict = async () => (await diagnoseInLab(lab)).diagnosis.verdict;
  /** A log-in, which was not ours, writes an empty field that was not there before. */
  const loggedInAnew = async () =>
    (await nasState(lab)).replace(/,\n\t"OperatorUser": ""(?=\n\})/, '');
  const everythingKept = () =>
    readdirSync(join(temp, 'state/returnpath/runs'))
      .map((name) => readFileSync(join(temp, 'state/returnpath/runs', name), 'utf8'))
      .join('\n');

  test('mends now and for good: over a new container, a new log-in and a reboot; then back', {
    timeout: 180_000,
  }, async () => {
    const broken = await nasState(lab);
    const fixed = await fix('--yes', '--later');
    expect(fixed.code, fixed.stdout + fixed.stderr).toBe(0);
    expect(fixed.stdout).toMatch(/guard +NONE: through the API alone/);
    expect(fixed.stdout).toMatch(/^APPLIED {2}/m);
    expect(fixed.stdout).toMatch(/^WELL {2}/m);
    expect(fixed.stdout).toMatch(/accept_routes false/);
    expect(await verdict()).toBe('healthy');
    await lab.exec('nas', ['docker', 'restart', 'ix-tailscale-tailscale-1']);
    await expect.poll(verdict, { timeout: 20_000 }).toBe('healthy');
    await lab.relogin();
    expect(await verdict()).toBe('healthy');
    await lab.reboot('nas');
    await expect.poll(verdict, { timeout: 30_000 }).toBe('healthy');
    const said = fixed.stdout + fixed.stderr + everythingKept();
    expect(said).not.toContain(LAB_API_KEY);
    expect(said).not.toMatch(/tskey-/);
    const undone = await run('undo', await newestRun());
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    await expect.poll(loggedInAnew, { timeout: 20_000 }).toBe(broken);
    expect(await verdict()).toBe('cause-found');
  });

  test('the setting of the app alone does not mend, and is said not to have', {
    timeout: 120_000,
  }, async () => {
    const file = join(temp, 'plan.json');
    await fix('--plan', '-o', file);
    const whole = Plan.parse(JSON.parse(readFileSync(file, 'utf8')));
    const steps = whole.steps.filter(({ change }) => change.kind === 'truenas-app');
    writeFileSync(file, JSON.stringify({ ...whole, steps }));
    const end = await run('fix', '-f', file, '--yes', '--later');
    expect(end.stdout).toMatch(/^NOT WELL/m);
    expect(end.code, end.stdout + end.stderr).toBe(1);
    expect(await verdict()).toBe('cause-found');
  });

  test('the preference alone comes back at the next log-in, and the plan says what lasts', {
    timeout: 120_000,
  }, async () => {
    const now = await fix('--yes');
    expect(now.code, now.stdout + now.stderr).toBe(0);
    expect(now.stdout).toMatch(/later +the app "tailscale" does not turn Accept Routes on/);
    expect(now.stdout).toMatch(/^to make it last: returnpath resume \S+ --later/m);
    expect(await verdict()).toBe('healthy');
    const later = await run('resume', await newestRun(), '--later');
    expect(later.code, later.stdout + later.stderr).toBe(0);
    await lab.relogin();
    expect(await verdict()).toBe('healthy');
  });

  test('a node key that expires soon is named before the app is restarted', {
    timeout: 60_000,
  }, async () => {
    expect((await fix('--plan')).stdout).not.toMatch(/node key/);
    await lab.trouble('key-expires');
    expect((await fix('--plan')).stdout).toMatch(
      /the node key of truenas expires on \d{4}-\d\d-\d\d, in 3 days: .* by the auth key/,
    );
  });

  test('an app that could not log in again is not restarted, and what helps now is done', {
    timeout: 120_000,
  }, async () => {
    const wire = await nasWire(lab);
    try {
      const app = await nasApp(lab, wire);
      const tailscale = { ...(await app.values()), auth_key: '' };
      const storage = { state: { type: 'tmpfs' } };
      await app.finish('app.update', 'tailscale', { values: { tailscale, storage } });
      await expect.poll(() => app.isCaptured(), { timeout: 20_000 }).toBe(true);
      const container = await app.containerId();
      const { stdout, stderr, code } = await fix('--yes', '--later');
      expect(stdout).toMatch(/^ later +REFUSED: "tailscale" keeps no state and has no auth key/m);
      expect(stdout, stdout + stderr).toMatch(/^for you to do: Apps > tailscale > Edit/m);
      expect(stdout).toMatch(/^ BAD {3}the app "tailscale" does not turn Accept Routes on/m);
      expect(code, stdout + stderr).toBe(1);
      expect(await app.containerId()).toBe(container);
      expect(await verdict()).toBe('healthy');
    } finally {
      wire.close();
    }
  });

  describe('when the middleware is in trouble', () => {
    test.each([
      {
        trouble: 'job-fails',
        code: 1,
        says: /^to make it last: returnpath resume \S+ --later --truenas-key-file \S+$/m,
      },
      { trouble: 'job-fails-late', code: 0, says: /every step was done and checked/ },
      { trouble: 'socket-closes', code: 0, says: /every step was done and checked/ },
    ] as const)(
      '$trouble ends in a stated condition, and the path stays mended',
      {
        timeout: 120_000,
      },
      async ({ trouble, code, says }) => {
        await lab.trouble(trouble);
        const end = await fix('--yes', '--later');
        expect(end.stdout + end.stderr).toMatch(/^APPLIED/m);
        expect(end.stdout).toMatch(says);
        expect(end.code, end.stdout + end.stderr).toBe(code);
        expect((await nasKeeps(lab)).app.values.tailscale.accept_routes).toBe(code === 1);
        expect(await verdict()).toBe('healthy');
      },
    );
  });
});
