import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { atTerminal } from '../support/terminal.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/returnpath.js');
const SAVED = {
  ...{ schema: 'returnpath/plan', version: 1, madeAtUnixMs: 0, fix: 'x', steps: [] },
  diagnosis: { cause: 'x', certainty: 'proven', summary: 'x', startedUnixMs: 0 },
  question: { from: 'a', to: 'b', addresses: [], ports: [], controls: [], compare: [] },
  ...{ effects: { prefixes: [], flows: [] }, alternatives: [], warnings: [], refusals: [] },
  madeFor: [{ host: 'nas', vantage: 'ssh://nas.invalid', lines: [] }],
};
const STEP = {
  ...{ id: 'x', fix: 'x', when: 'now', host: 'nas', hostName: 'nas', what: 'x' },
  does: 'tailscale set --accept-routes=false',
  ...{ vantage: 'ssh://nas.invalid', undoes: 'x', checks: [], costs: [] },
  change: { kind: 'tailscale-preference', preference: 'RouteAll', from: true, to: false },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'returnpath-interrupted-'));
  // a host that takes for ever to let us in
  writeFileSync(join(folder, 'ssh'), `#!/bin/sh\ntouch ${folder}/asked\nexec sleep 600\n`, {
    mode: 0o755,
  });
  writeFileSync(join(folder, 'plan'), JSON.stringify({ ...SAVED, steps: [STEP] }));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  { when: 'it looks', args: ['--from', 'ssh://nas.invalid', '--to', 'ssh://nas.invalid'] },
  { when: 'it compares a saved plan with the host', args: ['-f', 'plan'] },
])(
  'fix: Ctrl-C while $when ends with 130, and nothing was begun',
  { timeout: 60_000 },
  async ({ args }) => {
    const child = spawn(process.execPath, [LAUNCHER, 'fix', '--yes', ...args], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, XDG_STATE_HOME: folder },
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const closed = new Promise((resolve) => child.on('close', resolve));
    await expect.poll(() => existsSync(join(folder, 'asked')), { timeout: 30_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await closed, said).toBe(130);
    expect(said.trim()).toBe('interrupted');
    expect(existsSync(join(folder, 'returnpath'))).toBe(false);
  },
);

test('fix: a report of a saved plan is refused before anything is done', async () => {
  const child = spawn(
    process.execPath,
    [LAUNCHER, 'fix', '-f', 'plan', '--yes', '--report', 'incident.md'],
    { cwd: folder, env: { ...process.env, XDG_STATE_HOME: folder }, stdio: 'ignore' },
  );
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(3);
  expect(existsSync(join(folder, 'asked'))).toBe(false);
});

test('fix: of a plan that refuses itself no line is printed to paste', async () => {
  const refused = { ...SAVED, steps: [STEP], refusals: ['it would cut the only way in'] };
  writeFileSync(join(folder, 'plan'), JSON.stringify(refused));
  const child = spawn(process.execPath, [LAUNCHER, 'fix', '-f', 'plan', '--print'], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: folder },
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
  expect(said).toContain('it would cut the only way in');
  expect(said).not.toContain('The change');
});

describeWith(['python3'], 'fix at a terminal', () => {
  test('tells who says no that nothing was changed', async () => {
    const command = [process.execPath, LAUNCHER, 'fix', '-f', join(folder, 'plan')];
    const dialogue = [['Do this now? [y/N] ', 'n\n']] as const;
    const { code, shown } = await atTerminal(command, dialogue, { XDG_STATE_HOME: folder });
    expect(shown).toMatch(/\[y\/N\] .*\s+not applied: nothing was changed\s*$/);
    expect(code).toBe(1);
  });
});
