import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll } from 'vitest';
import { type Lab, type LabOptions, startLab } from '../../src/lab/start.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROBE = join(import.meta.dirname, 'lab-probe.mjs');
const outdirs: string[] = [];
let programs: Promise<string> | undefined;

afterAll(() => {
  for (const outdir of outdirs.splice(0)) rmSync(outdir, { recursive: true, force: true });
});

/** Builds the lab's own programs from the present sources, once a test file. */
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
  outdirs.push(outdir);
  await build({
    absWorkingDir: ROOT,
    entryPoints: {
      'lab-init': 'src/lab/init/main.ts',
      'lab-host': 'src/lab/host/main.ts',
      start: 'src/lab/start.ts',
      locate: 'src/lab/locate.ts',
      'lab-cli': 'src/cli/lab.ts',
    },
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

/** What became of a question to a server, asked from a lab host by a bare Node.js. */
export type Reach = 'answered' | 'silent' | 'refused' | 'timed-out' | 'unreachable';

export interface ReachQuestion {
  readonly host: string;
  readonly to: string;
  readonly port: number;
  /** Local address to bind to. */
  readonly from?: string;
  /** Absent: TCP is enough of an answer. */
  readonly speak?: 'tcp' | 'http' | 'https' | 'rpc';
  readonly waitMs?: number;
}

export async function reach(lab: Lab, question: ReachQuestion): Promise<Reach> {
  const { host, to, port, from, speak = 'tcp', waitMs = 700 } = question;
  const bound = from === undefined ? {} : { localAddress: from };
  const ask = JSON.stringify({ host: to, port, speak, waitMs, ...bound });
  const { stdout, stderr } = await lab.exec(host, [process.execPath, PROBE, ask]);
  if (stdout === '') throw new Error(`Cannot probe from "${host}": ${stderr}`);
  return stdout.trim() as Reach;
}

/** Everything that decides where the lab's hosts send packets, as text. */
export async function routingState(lab: Lab): Promise<string> {
  const script =
    'ip addr; for f in -4 -6; do ip $f rule; ip $f route show table all; done; cat /proc/sys/net/ipv4/conf/*/rp_filter';
  const hosts = ['nas', 'node', 'connector', 'cabin-router', 'utility', 'router'];
  const states = await Promise.all(hosts.map((host) => lab.exec(host, ['sh', '-c', script])));
  return hosts.map((host, index) => `== ${host}\n${states[index]?.stdout}`).join('\n');
}
