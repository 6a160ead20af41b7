import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A network, mount and process namespace of its own, that ends with this process. */
export interface Namespace {
  /** Put before a command, runs it inside. */
  readonly enter: readonly string[];
  exec(...command: readonly string[]): string;
  stop(): void;
}

const READY_MS = 10_000;

/** @param prepare Shell commands that set it up, as root inside; loopback is up already. */
export async function startNamespace(prepare: string): Promise<Namespace> {
  const rootless = process.getuid?.() !== 0;
  const user = rootless ? ['-U', '-r'] : [];
  const flags = [...user, '-n', '-m', '-p', '-f', '--kill-child', '--mount-proc'];
  const script = `set -e\nip link set lo up\n${prepare}\necho ready\nexec sleep infinity\n`;
  const child = spawn('unshare', [...flags, 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const die = () => child.kill('SIGKILL');
  process.once('exit', die);
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error('Cannot start a namespace: it was not ready in time'));
    const timer = setTimeout(fail, READY_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      clearTimeout(timer);
      if (text.includes('ready')) resolve();
    });
    child.once('exit', fail);
  });
  const inner = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const into = rootless ? ['-U', '--preserve-credentials'] : [];
  const enter = ['nsenter', '-t', inner, ...into, '-m', '-n', '-p', '--'];
  return {
    enter,
    exec: (...command) => {
      const [program = '', ...args] = [...enter, ...command];
      return execFileSync(program, args, { encoding: 'utf8' });
    },
    stop() {
      die();
      process.removeListener('exit', die);
    },
  };
}
