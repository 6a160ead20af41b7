import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutsideError } from '../../model/outside-error.ts';
import { killGroup } from '../process/live-groups.ts';
import { masterCommand, type SshTarget } from './ssh-command.ts';
import { sshProblem } from './ssh-problem.ts';

/** A connection to a host that any number of commands can share. */
export interface SshMaster {
  readonly socket: string;
  readonly target: SshTarget;
  /** Why it ended, once it did. */
  ended(): OutsideError | undefined;
  /** Ends it and removes its socket; safe to call twice. */
  close(): Promise<void>;
}

/** A unix socket's path has at most 107 bytes, and ssh adds 17 while it makes one. */
const MAX_SOCKET_BYTES = 107 - 17;

/** ssh ends within milliseconds when told to; it is killed if it cannot. */
const CLOSE_GRACE_MS = 1000;

const WORDS_CHARACTERS = 4000;

// Holds ssh by our pipe: whatever way the program ends, also killed, its standard input does, and
// ssh and its socket go with it. $1 is the private directory, the rest the command.
const KEEPER = `d=$1
shift
exec 3<&0
"$@" </dev/null 3<&- & p=$!
( read -r x <&3; kill $p ) 2>/dev/null & w=$!
exec 3<&-
trap 'kill $p 2>/dev/null' HUP INT TERM
wait $p
s=$?
kill $w 2>/dev/null
rm -rf -- "$d"
exit $s`;

/**
 * Logs in by the user's own `ssh` program and configuration.
 *
 * @param interactive Lets ssh ask on the terminal for what it needs.
 * @throws {OutsideError} If it cannot log in.
 * @throws The abort reason, if `signal` is aborted.
 */
export async function openMaster(
  target: SshTarget,
  {
    interactive,
    timeoutMs,
    signal,
  }: { interactive: boolean; timeoutMs: number; signal: AbortSignal },
): Promise<SshMaster> {
  signal.throwIfAborted();
  const directory = await privateDirectory();
  const socket = join(directory, 's');
  const word = randomBytes(12).toString('hex');
  const command = masterCommand(target, { socket, word, interactive, timeoutMs });
  const child = spawn('sh', ['-c', KEEPER, 'returnpath-ssh', directory, ...command], {
    // a process group of its own would have no terminal to ask on
    detached: !interactive,
    stdio: 'pipe',
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-WORDS_CHARACTERS);
  });
  child.stdin.on('error', () => child.stdin.destroy());

  let problem: OutsideError | undefined;
  const over = new Promise<void>((resolve) => {
    const end = () => {
      problem ??= sshProblem(target, words);
      resolve();
    };
    child.once('error', end);
    child.once('close', end);
  });
  const close = async () => {
    child.stdin.end();
    const timer = setTimeout(() => kill(child), CLOSE_GRACE_MS);
    await over;
    clearTimeout(timer);
    await rm(directory, { recursive: true, force: true });
  };

  try {
    await loggedIn(child, { word, over, signal });
    if (problem) throw problem;
  } catch (error) {
    await close();
    throw error;
  }
  return { socket, target, ended: () => problem, close };
}

/** Resolves when ssh says that it is up, or has ended. */
function loggedIn(
  child: ChildProcess,
  { word, over, signal }: { word: string; over: Promise<void>; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const settle = () => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    signal.addEventListener('abort', abort, { once: true });
    let heard = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      heard = (heard + text).slice(-WORDS_CHARACTERS);
      if (heard.includes(word)) settle();
    });
    void over.then(settle);
  });
}

/** The whole group where it has its own; on a terminal it shares ours, so only the keeper. */
function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
  if (child.pid !== undefined) killGroup(child.pid);
}

async function privateDirectory(): Promise<string> {
  const usual = await mkdtemp(join(tmpdir(), 'rp-'));
  if (Buffer.byteLength(join(usual, 's')) <= MAX_SOCKET_BYTES) return usual;
  await rm(usual, { recursive: true, force: true });
  return mkdtemp('/tmp/rp-');
}
