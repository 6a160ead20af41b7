import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { OutsideError } from '../../model/outside-error.ts';
import type { ShellAnswer, ShellOptions } from '../../ports/vantage.ts';
import { killGroup, track } from './live-groups.ts';

/** Errors are read by people; more than this nobody reads. */
const STDERR_LIMIT_BYTES = 64 * 1024;

// A background child can hold our pipes open after the script itself has ended. What it printed
// until then has long arrived; it is not waited for.
const DRAIN_MS = 250;

export interface RunOptions extends ShellOptions {
  /** Completes "Cannot …" should the program not start. */
  readonly doing: string;
  /** What it reads from its standard input; nothing by default. */
  readonly input?: string | undefined;
  /** Takes over standard input, in place of `input`. */
  readonly onStdin?: ((stdin: Writable) => void) | undefined;
  /** Called with each piece of standard error, up to 64 KiB. */
  readonly onErrorOutput?: ((text: string) => void) | undefined;
}

/**
 * Runs a program in a process group of its own and waits for it to end.
 *
 * The group is killed when `signal` is aborted, when it prints more than `limitBytes`, and when
 * the program exits.
 *
 * @throws {OutsideError} If it cannot be started.
 * @throws The abort reason, at once, if `signal` is aborted.
 */
export async function run(command: readonly string[], options: RunOptions): Promise<ShellAnswer> {
  const { signal, doing } = options;
  signal.throwIfAborted();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: 'pipe' });
  const leader = child.pid;
  if (leader === undefined) throw await whyNotStarted(child, program, doing);

  const forget = track(leader);
  const stop = () => killGroup(leader);
  const stdout = gather(child.stdout, {
    limitBytes: options.limitBytes,
    onText: options.onOutput,
    onOverflow: stop,
  });
  const stderr = gather(child.stderr, {
    limitBytes: STDERR_LIMIT_BYTES,
    onText: options.onErrorOutput,
  });
  feed(child.stdin, options);
  try {
    const exitCode = await ended(child, signal);
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode, truncated: stdout.over() };
  } finally {
    stop();
    forget();
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

function feed(stdin: Writable, { input, onStdin }: RunOptions): void {
  // a program may end without reading all we have to say (EPIPE); its exit code tells the rest
  stdin.on('error', () => stdin.destroy());
  if (onStdin) onStdin(stdin);
  else stdin.end(input ?? '');
}

function gather(
  stream: Readable,
  {
    limitBytes,
    onText,
    onOverflow,
  }: {
    limitBytes: number;
    onText?: ((text: string) => void) | undefined;
    onOverflow?: () => void;
  },
): { text(): string; over(): boolean } {
  const decoder = new StringDecoder('utf8');
  const pieces: string[] = [];
  let room = limitBytes;
  let over = false;
  stream.on('data', (chunk: Buffer) => {
    const text = decoder.write(chunk.subarray(0, Math.max(room, 0)));
    over ||= chunk.length > room;
    room -= chunk.length;
    if (text !== '') {
      pieces.push(text);
      onText?.(text);
    }
    if (over) onOverflow?.();
  });
  return { text: () => pieces.join(''), over: () => over };
}

/** The exit code, once it has ended and its output has arrived; absent if a signal ended it. */
function ended(child: ChildProcess, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const abort = () => finish(() => reject(signal.reason));
    let timer: NodeJS.Timeout | undefined;
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settle();
    };
    signal.addEventListener('abort', abort, { once: true });
    child.once('exit', (code) => {
      timer = setTimeout(() => finish(() => resolve(code ?? undefined)), DRAIN_MS);
    });
    child.once('close', (code) => finish(() => resolve(code ?? undefined)));
  });
}

async function whyNotStarted(child: ChildProcess, program: string, doing: string) {
  const error = await new Promise<Error>((resolve) => {
    child.once('error', resolve);
  });
  return new OutsideError({
    doing,
    found: `"${program}" did not start: ${error.message}`,
    next: `install ${program}, or put it on the PATH`,
    cause: error,
  });
}
