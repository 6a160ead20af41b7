import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { atUtility } from '../support/at-utility.ts';
import { nasState } from '../support/fixing.ts';
import { diagnoseInLab } from '../support/lab-diagnosis.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip', 'nft', 'curl'], 'fix with a browser alone', () => {
  let lab: Lab;
  let temp: string;
  beforeAll(async () => {
    temp = mkdtempSync('/tmp/rp-fix-browser-');
    lab = await startLab();
    await lab.break('accept-routes');
  });
  afterAll(async () => {
    await lab?.stop();
    rmSync(temp, { recursive: true, force: true });
  });

  const run = (...args: readonly string[]) => atUtility(lab, args, { state: join(temp, 'state') });

  /** What a person copies out of the web shell after pasting a line: wrapped, with prompts. */
  async function typed(line: string, name: string): Promise<string> {
    const { stdout } = await lab.exec('nas', ['sh', '-c', line.trim()]);
    const shown = `root@truenas[~]# ${line}\n${stdout}root@truenas[~]# `;
    const file = join(temp, name);
    writeFileSync(file, shown.replace(/.{61}/g, '$&\r\n'));
    return file;
  }

  test('asks, plans, prints three lines, reads back what they did', {
    timeout: 120_000,
  }, async () => {
    const broken = await nasState(lab);
    const ask = await run('ask', 'nas', '--client', '10.0.0.197', '--server', '10.0.0.210');
    const answer = await typed(ask.stdout, 'nas.txt');
    const plan = join(temp, 'plan.json');
    const to = ['--from', `lab://${lab.id}/node`, '--to', `paste:${answer}`];
    const more = ['--address', '10.0.0.210', '--control', '10.0.0.1'];
    const printed = await run('fix', ...to, ...more, '--print', '-o', plan);
    expect(printed.code, printed.stdout + printed.stderr).toBe(1);
    const [change = '', check = '', undo = ''] =
      printed.stdout.match(/^echo [A-Za-z0-9+/=]+\|.*$/gm) ?? [];
    expect(undo).not.toBe('');

    const before = await run('fix', '-f', plan, '--answer', await typed(check, 'before.txt'));
    expect(before.code).toBe(1);
    expect(before.stdout).toMatch(/BAD +truenas\$ ip route get 10\.0\.0\.197 from 10\.0\.0\.210/);

    const after = await run('fix', '-f', plan, '--answer', await typed(change, 'after.txt'));
    expect(after.code, after.stdout + after.stderr).toBe(0);
    expect(after.stdout).toMatch(/ok +truenas: tailscale-stop-accepting-routes: false/);
    expect(after.stdout).not.toContain('BAD');
    expect((await diagnoseInLab(lab)).diagnosis.verdict).toBe('healthy');

    const undone = await run('fix', '-f', plan, '--answer', await typed(undo, 'undone.txt'));
    expect(undone.stdout).toMatch(/BAD +truenas: tailscale-stop-accepting-routes: true/);
    expect(undone.stdout).toMatch(/\? +truenas\$ ip route get .* {2}=> {2}was not run/);
    expect(undone.code).toBe(1);

    const yes = await run('fix', '-f', plan, '--yes');
    expect(yes).toMatchObject({ code: 4, stderr: expect.stringMatching(/--print prints lines/) });

    expect(await nasState(lab)).toBe(broken);
  });
});
