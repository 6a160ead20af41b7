// node scripts/run-ts.mjs FILE.ts [ARGUMENTS]: bundles one file of ours and runs it. For benchmarks
// and long tests, on every Node.js that the program supports.
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-install.mjs';

ensureInstalled();
const { build } = await import('esbuild');
const root = fileURLToPath(new URL('..', import.meta.url));
const [file, ...args] = process.argv.slice(2);
const outfile = `${root}.cache/run/${basename(file, '.ts')}.mjs`;
await build({
  absWorkingDir: root,
  entryPoints: [file],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // peers of a benchmark and whatever else is no part of ours are loaded as installed
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const run = spawnSync(
  process.execPath,
  ['--enable-source-maps', ...nodeFlags(), outfile, ...args],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exit(run.status ?? 1);

/** Flags for Node.js itself, as in `NODE_FLAGS=--expose-gc`. */
function nodeFlags() {
  return (process.env['NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
}
