#!/usr/bin/env node
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/returnpath.js', import.meta.url);
if (existsSync(bundle)) {
  await import(bundle.href);
} else {
  process.stderr.write(
    `Cannot start returnpath: it is not built yet\n  try: npm run build (or npm start, which builds and runs the demo)\n`,
  );
  process.exitCode = 4;
}
