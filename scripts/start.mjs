// npm start: installs, bundles, and runs `returnpath demo` with whatever arguments follow.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundle } from './build.mjs';

await bundle();

const launcher = fileURLToPath(new URL('../bin/returnpath.js', import.meta.url));
const demo = spawn(process.execPath, [launcher, 'demo', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// The terminal sends Ctrl-C to the child as well; it decides what to print and when to end.
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => demo.kill(name));
demo.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
