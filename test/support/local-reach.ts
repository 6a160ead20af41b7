import type { Reach } from '../../src/apply/hand.ts';
import { run } from '../../src/platform/process/run.ts';
import type { Vantage } from '../../src/ports/vantage.ts';

/**
 * A far host that is this machine: scripts run in its shell.
 *
 * @param path The only places where its programs are.
 */
export function localReach(path?: string): Reach {
  const env = path === undefined ? [] : [`PATH=${path}`];
  const vantage: Vantage = {
    url: 'ssh://far',
    hostId: 'far',
    addresses: [],
    sh: (script, options) =>
      run(['env', ...env, '/bin/sh', '-s'], { ...options, doing: 'run a script', input: script }),
    close: () => Promise.resolve(),
  };
  return { vantage: () => Promise.resolve(vantage), anew: () => Promise.resolve(vantage) };
}
