import { execFile } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'terminal.py');

/**
 * Runs a program as somebody at a terminal would, who answers what is asked. Needs python3.
 *
 * @param dialogue What the program shows, and what is typed then.
 */
export function atTerminal(
  command: readonly string[],
  dialogue: readonly (readonly [question: string, answer: string])[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly shown: string }> {
  const options = { env: { ...process.env, NO_COLOR: '1', ...env }, maxBuffer: 16 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile('python3', [PROGRAM, JSON.stringify(dialogue), ...command], options, (error, shown) =>
      resolve({ code: Number(error?.code ?? 0), shown }),
    );
  });
}
