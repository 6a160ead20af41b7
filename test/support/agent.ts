import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
let program: Promise<string> | undefined;

/** Bundles the agent from the present sources, once a test process, as `npm run build` does. */
export function agentProgram(): Promise<string> {
  program ??= bundle();
  return program;
}

async function bundle(): Promise<string> {
  const dir = mkdtempSync('/tmp/rp-agent-');
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const outfile = join(dir, 'agent.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/platform/agent/main.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return outfile;
}
