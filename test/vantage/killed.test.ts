import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentProgram, buildAgent } from '../support/agent.ts';
import { bundled } from '../support/bundle.ts';
import { describeWith } from '../support/needs.ts';
import { commandsMatching } from '../support/processes.ts';
import { type SshHost, startSshHost } from '../support/ssh-host.ts';
import { until } from '../support/until.ts';

describeWith(['root', 'sshd', 'ip'], 'a program that is killed', () => {
  let dir: string;
  let host: SshHost;
  let agent: AgentProgram;

  const processes = () => commandsMatching(dir).length + commandsMatching(agent.path).length;

  beforeAll(async () => {
    dir = mkdtempSync('/tmp/rp-killed-');
    host = await startSshHost();
    await bundled('test/support/vantage-holder.ts', join(dir, 'holder.mjs'));
    agent = await buildAgent();
  });
  afterAll(() => {
    host.stop();
    agent.remove();
    rmSync(dir, { recursive: true });
  });

  test.each([
    { what: 'ssh, its socket and its directory', url: 'ssh://rptest@10.0.0.210:2222' },
    { what: 'its agent', url: 'lab://any' },
  ])('leaves nothing of $what', async ({ url }) => {
    const temp = mkdtempSync(join(dir, 't'));
    const holder = spawn(process.execPath, [join(dir, 'holder.mjs'), url, agent.path], {
      env: { ...process.env, TMPDIR: temp, PATH: `${host.bin}:${process.env['PATH']}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(processes()).toBeGreaterThan(1);
    holder.kill('SIGKILL');
    await until(() => readdirSync(temp).length === 0 && processes() === 0);
  });
});
