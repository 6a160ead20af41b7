import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { terminalHelper } from './terminal-helper.ts';

/** A program on a real terminal: it echoes, ends lines with CR LF, and tells no exit status. */
export interface Terminal {
  write(bytes: Buffer): void;
  resize(columns: number, rows: number): void;
  /** Hangs up. */
  close(): void;
}

export interface TerminalOptions {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly onOutput: (bytes: Buffer) => void;
  readonly onEnd: () => void;
  /** Runs it on a terminal; absent: what the machine has for that. */
  readonly helper?: readonly string[];
}

/** @throws {Error} If the machine cannot make one. */
export function openTerminal(options: TerminalOptions): Terminal {
  const { argv, env, cwd, onOutput, onEnd, helper = terminalHelper() } = options;
  const [program = '', ...words] = helper;
  const child = spawn(program, [...words, ...argv], {
    stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    env,
    cwd,
  }) as ChildProcessWithoutNullStreams;
  const sizes = child.stdio[3] as unknown as Writable;
  for (const stream of [child.stdin, sizes]) {
    // whoever has ended reads no more; its end is told by the close below
    stream.on('error', () => stream.destroy());
  }
  child.stdout.on('data', onOutput);
  child.on('error', onEnd);
  child.on('close', onEnd);
  return {
    write: (bytes) => void child.stdin.write(bytes),
    resize: (columns, rows) => void sizes.write(`${columns} ${rows}\n`),
    close: () => child.stdin.end(),
  };
}
