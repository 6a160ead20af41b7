import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Lab, type LabOptions, startLab } from '../../src/lab/start.ts';

const ROOT = join(import.meta.dirname, '../..');
let programs: Promise<string> | undefined;

/** Builds the lab's own programs from the present sources, once a test process. */
export function labPrograms(): Promise<string> {
  programs ??= buildPrograms();
  return programs;
}

/** A lab that ends with this test process at the latest. */
export async function startTestLab(options: LabOptions = {}): Promise<Lab> {
  return await startLab({ programs: await labPrograms(), ...options });
}

async function buildPrograms(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'returnpath-lab-programs-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  await build({
    absWorkingDir: ROOT,
    entryPoints: { 'lab-init': 'src/lab/init/main.ts', 'lab-host': 'src/lab/host/main.ts' },
    outdir,
    outExtension: { '.js': '.js' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outdir;
}

/** Asks from a lab host whether a TCP port answers; by a bare Node.js, so nothing else is needed. */
export async function connects(
  lab: Lab,
  { host, to, port, from, waitMs = 700 }: ConnectQuestion,
): Promise<'answered' | 'refused' | 'timed-out' | 'unreachable'> {
  const options = JSON.stringify({ host: to, port, ...(from ? { localAddress: from } : {}) });
  const script = `
    const socket = require('node:net').connect(${options});
    const say = (what) => { console.log(what); process.exit(); };
    socket.on('connect', () => say('answered'));
    socket.on('error', ({ code }) => say(code === 'ECONNREFUSED' ? 'refused' : 'unreachable'));
    setTimeout(() => say('timed-out'), ${waitMs});`;
  const { stdout, stderr } = await lab.exec(host, [process.execPath, '-e', script]);
  if (stdout === '') throw new Error(`Cannot probe from "${host}": ${stderr}`);
  return stdout.trim() as 'answered' | 'refused' | 'timed-out' | 'unreachable';
}

interface ConnectQuestion {
  readonly host: string;
  readonly to: string;
  readonly port: number;
  readonly from?: string;
  readonly waitMs?: number;
}

/** Everything that decides where the lab's hosts send packets, as text. */
export async function routingState(lab: Lab): Promise<string> {
  const script =
    'ip addr; for f in -4 -6; do ip $f rule; ip $f route show table all; done; cat /proc/sys/net/ipv4/conf/*/rp_filter';
  const hosts = ['nas', 'node', 'connector', 'cabin-router', 'utility', 'router'];
  const states = await Promise.all(hosts.map((host) => lab.exec(host, ['sh', '-c', script])));
  return hosts.map((host, index) => `== ${host}\n${states[index]?.stdout}`).join('\n');
}
