import { spawn } from 'node:child_process';

/** How long a command of the runner may take; each is a few system calls. */
const COMMAND_LIMIT_MS = 10_000;

/**
 * Runs a program with `input` on standard input.
 *
 * @returns Its standard output.
 * @throws {Error} With its words, if it cannot be started, fails or takes over ten seconds.
 */
export function run(argv: readonly string[], input = ''): Promise<string> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe', timeout: COMMAND_LIMIT_MS });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`Cannot run "${argv.join(' ')}": ${stderr.trim() || `exit ${code}`}`));
    });
    child.stdin.on('error', ignoreClosedInput);
    child.stdin.end(input);
  });
}

/** Whether a program runs and succeeds here. */
export async function works(argv: readonly string[]): Promise<boolean> {
  return await run(argv).then(
    () => true,
    () => false,
  );
}

/** A program that fails at once closes its input; its exit code tells the rest. */
function ignoreClosedInput(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
