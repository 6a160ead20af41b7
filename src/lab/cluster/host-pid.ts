import { readdirSync, readFileSync } from 'node:fs';
import { HOST_MARK } from '../init/host-script.ts';

/**
 * First process of a pod or container that is a host of the lab, as the host around it sees it.
 *
 * @throws {Error} If it does not run here.
 */
export function hostPid(host: string): number {
  const pid = findHostPid(host);
  if (pid === undefined) throw new Error(`Cannot find the first process of "${host}"`);
  return pid;
}

/** The same, or undefined while there is none: a container that was stopped, for one. */
export function findHostPid(host: string): number | undefined {
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isHost(name, host));
  return pid === undefined ? undefined : Number(pid);
}

/** `sh …/start.sh MARK ID HOST`, and number 1 of its PID namespace: not a fork of it. */
function isHost(pid: string, host: string): boolean {
  const argv = readProc(pid, 'cmdline').split('\0');
  const isNamed = argv[0] === 'sh' && argv[2] === HOST_MARK && argv[4] === host;
  return isNamed && /^NSpid:.*\t1$/m.test(readProc(pid, 'status'));
}

/** Empty for a process that has ended since the list was made. */
function readProc(pid: string, name: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
