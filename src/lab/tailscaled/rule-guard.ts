import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** tailscaled puts its rules back about a quarter of a second after one of them went. */
const RESTORE_AFTER_MS = 250;
/** Priorities it feels responsible for: its own four and everything between. */
const FIRST = 5200;
const LAST = 5299;

/**
 * Watches the policy rules of this network namespace, and calls `restore` a moment after a rule of
 * tailscaled's range was deleted, by whomever. So deleting rule 5270 by hand does not last.
 * Source: tailscale wgengine/router/osrouter, onIPRuleDeleted()
 *
 * @returns How to stop watching.
 */
export function guardRules(restore: () => Promise<void>): () => void {
  const monitor = spawn('ip', ['monitor', 'rule'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let timer: NodeJS.Timeout | undefined;
  createInterface({ input: monitor.stdout }).on('line', (line) => {
    const priority = Number(/^Deleted (\d+):/.exec(line)?.[1]);
    if (!(priority >= FIRST && priority <= LAST)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      restore().catch((error: unknown) => process.stderr.write(`rules: ${error}\n`));
    }, RESTORE_AFTER_MS);
  });
  monitor.on('error', (error) => process.stderr.write(`rules: ${error.message}\n`));
  return () => {
    clearTimeout(timer);
    monitor.kill();
  };
}
