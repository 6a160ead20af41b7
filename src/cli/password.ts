import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * A password from the terminal, not shown while it is typed; or the first line of standard input
 * when that is no terminal. It goes nowhere else.
 */
export async function askPassword(): Promise<string> {
  const isTerminal = process.stdin.isTTY === true;
  if (isTerminal) process.stderr.write('[sudo] password: ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (isTerminal) process.stderr.write('\n');
  }
}
