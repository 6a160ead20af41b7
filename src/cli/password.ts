import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * The password of sudo from the terminal, not shown while it is typed; or the first line of
 * standard input when that is no terminal. It goes nowhere else.
 */
export function askPassword(): Promise<string> {
  return askSecretly('[sudo] password: ');
}

/** The same for any secret. */
export async function askSecretly(prompt: string): Promise<string> {
  const isTerminal = process.stdin.isTTY === true;
  if (isTerminal) process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = await nextLine(silent, isTerminal);
  if (isTerminal) process.stderr.write('\n');
  return line;
}

/** A question that is answered in the open. */
export async function askOpenly(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  return nextLine(process.stderr, process.stdin.isTTY === true);
}

async function nextLine(output: NodeJS.WritableStream, terminal: boolean): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
