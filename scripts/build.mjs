// npm run build: installs, and bundles the program: one entry per process it starts, shared parts in
// chunks. Plain JavaScript, because it runs before anything is built.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './ensure-install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Program → source. `lab-*` run inside the lab. */
const ENTRIES = {
  returnpath: 'src/cli/main.ts',
  'lab-init': 'src/lab/init/main.ts',
  'lab-host': 'src/lab/host/main.ts',
};

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  logLevel: 'warning',
};

/** Installs first if need be: nothing here may be imported before that but what Node.js has. */
export async function bundle() {
  ensureInstalled();
  const { build } = await import('esbuild');
  rmSync(`${root}dist`, { recursive: true, force: true });
  await Promise.all([
    build({
      ...COMMON,
      entryPoints: ENTRIES,
      outdir: 'dist',
      splitting: true,
      format: 'esm',
      // beside the entries, so that a file finds its neighbours by import.meta.url wherever it is
      chunkNames: 'chunk-[name]-[hash]',
      // commander is CommonJS and asks for node: modules by require
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    }),
    // It runs on a host in place of a shell, and every look waits for its start: one small file of
    // CommonJS, which Node.js loads about a seventh faster than modules.
    build({
      ...COMMON,
      entryPoints: { agent: 'src/platform/agent/main.ts' },
      outdir: 'dist',
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
      minify: true,
    }),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
