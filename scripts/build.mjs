// Bundles the program: one entry per process it starts, shared parts in chunks. Plain JavaScript,
// because it runs before anything is built.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Program → source. `agent` runs on a host in place of a shell, `lab-*` inside the lab. */
const ENTRIES = {
  returnpath: 'src/cli/main.ts',
  agent: 'src/platform/agent/main.ts',
  'lab-init': 'src/lab/init/main.ts',
  'lab-host': 'src/lab/host/main.ts',
};

export async function bundle() {
  rmSync(`${root}dist`, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    // beside the entries, so that a file finds its neighbours by import.meta.url wherever it ends up
    chunkNames: 'chunk-[name]-[hash]',
    // commander is CommonJS and asks for node: modules by require
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
