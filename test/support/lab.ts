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
