import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

/** The agent as a program. */
export interface AgentProgram {
  readonly path: string;
  remove(): void;
}

/** Bundles the agent from the present sources. */
export async function buildAgent(): Promise<AgentProgram> {
  const dir = mkdtempSync('/tmp/rp-agent-');
  const path = join(dir, 'agent.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/platform/agent/main.ts'],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return { path, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
