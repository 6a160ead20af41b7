import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { kubeconfigPath } from '../../lab/cluster/describe.ts';
import { locateLabHost } from '../../lab/locate.ts';
import { labEnvironment } from '../../lab/programs.ts';
import type { Lab } from '../../lab/start.ts';
import { LAB_API_KEY } from '../../lab/truenas/accounts.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Story } from '../story.ts';
import type { Scene } from './build.ts';

/** What the acts of the demo play on. */
export interface Stage extends Scene {
  readonly story: Story;
  readonly signal: AbortSignal;
  /** The folder for what is written. */
  readonly dir: string;
  /** The person at the utility host: its network, and this program as they would call it. */
  readonly operator: Person;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Called with each line as it is said. */
export interface Listening {
  readonly onStdout?: ((line: string) => void) | undefined;
  readonly onStderr?: ((line: string) => void) | undefined;
}

export interface Person {
  returnpath(args: readonly string[], listening?: Listening): Promise<Ran>;
  /** kubectl of this machine, against the lab's cluster. */
  kubectl(args: readonly string[]): Promise<Ran>;
}

/** One act; it may leave a diagnosis behind, which then is the latest. */
export type Act = (stage: Stage) => Promise<Diagnosis | undefined>;

const LAUNCHER = fileURLToPath(new URL('../bin/returnpath.js', import.meta.url));

/** Who sits at the lab's utility host, with a kubeconfig of its cluster. */
export async function personAt(lab: Lab, signal: AbortSignal): Promise<Person> {
  const { enterNetwork, root = '' } = await locateLabHost(lab.id, 'utility');
  const env = {
    ...labEnvironment(),
    KUBECONFIG: `${root}${kubeconfigPath('admin')}`,
    // runs and pinned certificates of a demo are none of the user's
    XDG_STATE_HOME: `${root}/run/operator-state`,
    RETURNPATH_TRUENAS_KEY: LAB_API_KEY,
  };
  const run = (argv: readonly string[], listening: Listening = {}) =>
    ran([...enterNetwork, ...argv], { env, signal, ...listening });
  return {
    returnpath: (args, listening) => run([process.execPath, LAUNCHER, ...args], listening),
    // what kubectl learns of a cluster it keeps by address: not among what it knows of real ones
    kubectl: (args) => run(['kubectl', '--cache-dir', `${root}/run/kubectl-cache`, ...args]),
  };
}

function ran(
  [command = '', ...args]: readonly string[],
  {
    env,
    signal,
    onStdout,
    onStderr,
  }: Listening & { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    // it takes its pods away before it ends
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    const stdout = heard(child.stdout, onStdout);
    const stderr = heard(child.stderr, onStderr);
    child.on('error', (cause) =>
      reject(new OutsideError({ doing: `run ${command}`, found: cause.message, cause })),
    );
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else resolve({ code, stdout: stdout(), stderr: stderr() });
    });
  });
}

/** All that a stream has said so far. */
function heard(stream: Readable, onLine: Listening['onStdout']): () => string {
  let all = '';
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    all += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  return () => all;
}
