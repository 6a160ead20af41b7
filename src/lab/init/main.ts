import { mkdirSync, readFileSync } from 'node:fs';
import { buildLab } from './build.ts';
import { makePlan } from './plan.ts';
import { run } from './run.ts';

// The first process of a lab: alone in new PID, mount and network namespaces, it builds the
// homelab around itself and then keeps it. It ends when its starter says so, never by itself.

/** One line of JSON to whoever started the lab; once it is ready nobody may listen any more. */
function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * The owner may have been killed before the kernel was asked to kill us with it. The working
 * directory is the /proc of outside, where we see our parent.
 */
function assertOwned(): void {
  const parent = /^PPid:\s*(\d+)/m.exec(readFileSync('self/status', 'utf8'))?.[1];
  const owner = readFileSync(`${parent}/cmdline`, 'utf8').split('\0');
  if (owner[0] !== 'unshare') throw new Error('Cannot build the lab: its owner is gone');
  process.chdir('/');
}

async function main(argv: readonly string[]): Promise<void> {
  assertOwned();
  say({ step: 'namespaces' });
  const endWithStarter = () => process.exit(1);
  process.stdin.on('end', endWithStarter).resume();
  await run(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'returnpath-lab', '/run']);
  mkdirSync('/run/netns');
  say({ step: 'files' });
  const plan = await makePlan(argv);
  await buildLab(plan, (step) => say({ step }));
  if (!plan.bound) process.stdin.off('end', endWithStarter);
  say({ ready: true });
}

main(process.argv).catch((error: unknown) => {
  say({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
