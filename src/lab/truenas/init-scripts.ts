import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import type { InitScript } from './nas-database.ts';

const LOG = '/run/init-scripts.log';

/**
 * What a boot runs: first all PREINIT, then all POSTINIT, one after another, by `sh -c`. A failure
 * is a line in a log that nobody reads.
 * Source: truenas/middleware plugins/init_shutdown_script/task.py
 */
export async function runInitScripts(scripts: readonly InitScript[]): Promise<void> {
  for (const when of ['PREINIT', 'POSTINIT']) {
    for (const script of scripts.filter((one) => one.enabled && one.when === when)) {
      await runOne(script);
    }
  }
}

function runOne({ type, command, script, timeout }: InitScript): Promise<void> {
  const text = type === 'COMMAND' ? command : `exec ${script}`;
  const child = spawn('sh', ['-c', text], { stdio: 'ignore', timeout: timeout * 1000 });
  return new Promise((resolve) => {
    child.on('error', (error) => ended(error.message));
    child.on('close', (code, signal) => ended(code === 0 ? '' : `exit ${code ?? signal}`));
    function ended(failure: string): void {
      if (failure !== '') appendFileSync(LOG, `${text}: ${failure}\n`);
      resolve();
    }
  });
}
