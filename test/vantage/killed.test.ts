import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentProgram, buildAgent } from '../support/agent.ts';
import { describeWith } from '../support/needs.ts';
import { commandsMatching } from '../support/processes.ts';
import { type SshHost, startSshHost } from '../support/ssh-host.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A program that opens a vantage, starts something slow there, and then waits. */
const HOLDER = `
import { openVantageIn } from './src/platform/open-vantage.ts';
const open = openVantageIn({ interactive: false, agentPath: process.argv[3],
  locateLabHost: async (labId, host) => ({ labId, host, enter: ['unshare', '-n'], addresses: [] }) });
const signal = AbortSignal.timeout(20_000);
const vantage = await open(process.argv[2], {}, signal);
const ask = { probe: 'tcp', address: '127.0.0.1', port: 9, timeoutMs: 20_000 };
if (vantage.probe) await vantage.probe(ask, signal);
else void vantage.sh('sleep 20', { signal, limitBytes: 1000 });
console.log('open');
setTimeout(() => {}, 20_000);
`;

describeWith(['root', 'sshd', 'ip'], 'a program that is killed', () => {
  let dir: string;
  let host: SshHost;
  let agent: AgentProgram;

  const processes = () => commandsMatching(dir).length + commandsMatching(agent.path).length;

  beforeAll(async () => {
    dir = mkdtempSync('/tmp/rp-killed-');
    host = await startSshHost();
    await build({
      absWorkingDir: ROOT,
      stdin: { contents: HOLDER, resolveDir: ROOT, loader: 'ts' },
      outfile: join(dir, 'holder.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'warning',
    });
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
