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
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = await nextLine(prompt, silent);
  if (process.stdin.isTTY === true) process.stderr.write('\n');
  return line;
}

/** A question that is answered in the open. */
export function askOpenly(prompt: string): Promise<string> {
  return nextLine(prompt, process.stderr);
}

/** The terminal echoes nothing by itself once there is an interface, so the prompt comes after. */
async function nextLine(prompt: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output, terminal });
  if (terminal) process.stderr.write(prompt);
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
