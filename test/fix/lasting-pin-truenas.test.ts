import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { atUtility, withApiKey } from '../support/at-utility.ts';
import { diagnoseInLab } from '../support/lab-diagnosis.ts';
import { nasApp } from '../support/nas-app.ts';
import { nasWire } from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';
import { fixByApi, isPinScript, nasKeeps, wholeNasState } from '../support/truenas-fixing.ts';

const PIN = '2500:\tfrom all to 10.0.0.0/24 lookup main proto 201';

describeWith(['namespaces', 'ip', 'nft', 'curl', 'ping'], 'a pin that lasts on TrueNAS', () => {
  let lab: Lab;
  let temp: string;
  beforeEach(async () => {
    temp = mkdtempSync('/tmp/rp-lasting-nas-');
    lab = await startLab({ truenas: '25.10' });
    await lab.break('accept-routes');
  });
  afterEach(async () => {
    await lab?.stop();
    rmSync(temp, { recursive: true, force: true });
  });

  const rules = async () => (await lab.exec('nas', ['ip', 'rule'])).stdout;
  const ours = async () => (await nasKeeps(lab)).initScripts.filter(isPinScript);

  /** What the owner of the NAS has there for another reason. */
  async function addForeignScripts(): Promise<void> {
    const wire = await nasWire(lab);
    try {
      const { socket } = await nasApp(lab, wire);
      const base = { type: 'COMMAND', when: 'POSTINIT' };
      const command = 'ip rule add to 10.9.9.0/24 lookup main priority 2400';
      await socket.result('initshutdownscript.create', { ...base, command, comment: 'my own pin' });
      const shutdown = { ...base, when: 'SHUTDOWN', command: 'true', comment: '' };
      await socket.result('initshutdownscript.create', shutdown);
    } finally {
      wire.close();
    }
  }

  test('comes back after a reboot; undo takes out ours, and leaves what others have put there', {
    timeout: 180_000,
  }, async () => {
    await addForeignScripts();
    const before = await wholeNasState(lab);
    const fixed = await fixByApi(lab, temp, '--fix', 'pin-lan', '--yes', '--later');
    expect(fixed.stdout + fixed.stderr).toMatch(/^APPLIED/m);
    expect(await rules()).toContain(PIN);
    const one = { when: 'POSTINIT', enabled: true };
    expect(await ours()).toMatchObject([
      { ...one, comment: 'returnpath: pin 10.0.0.0/24 at 2500 before the VPN' },
      { ...one, comment: 'returnpath: pin fd00:10::/64 at 2500 before the VPN' },
    ]);
    expect((await diagnoseInLab(lab)).diagnosis.verdict).toBe('healthy');

    await lab.reboot('nas');
    await expect.poll(rules, { timeout: 30_000 }).toContain(PIN);
    expect(await rules()).toContain('2400:\tfrom all to 10.9.9.0/24 lookup main');
    const verdict = async () => (await diagnoseInLab(lab)).diagnosis.verdict;
    await expect.poll(verdict, { timeout: 30_000 }).toBe('healthy');

    const [, run = ''] = /returnpath undo (\S+)/.exec(fixed.stdout) ?? [];
    const args = ['undo', run, ...withApiKey(temp)];
    const undone = await atUtility(lab, args, { state: join(temp, 'state') });
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    // the reboot has run the owner's script
    const deleted = ['ip', 'rule', 'del', 'to', '10.9.9.0/24', 'priority', '2400'];
    await lab.exec('nas', deleted);
    await expect.poll(() => wholeNasState(lab), { timeout: 20_000 }).toBe(before);
    await lab.reboot('nas');
    await expect.poll(verdict, { timeout: 30_000 }).toBe('cause-found');
    expect(await rules()).not.toContain(PIN);
  });
});
