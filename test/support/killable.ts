import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { expect } from 'vitest';
import type { CrashEnd, CrashOrder } from './crashing-fix.ts';

/** Of a script that a killed process had left behind: it is one packet or two. */
const HEARD_LIMIT_MS = 10_000;
const MARK = 'RP_TEST_VICTIM';

/** Processes of the program in `crashing-fix.ts`: one that lives, and one after another that dies. */
export interface Killable {
  /** Carries an order out to its end. */
  finish(order: CrashOrder): Promise<CrashEnd>;
  /**
   * Carries an order out until it kills itself there. The next process starts meanwhile.
   *
   * @throws {Error} If it comes to its end alive.
   */
  kill(order: CrashOrder & { readonly crashAt: number }): Promise<void>;
  /** Resolves when no script of the last one that was killed runs any more. */
  heardOut(): Promise<void>;
  close(): void;
}

interface OneProcess {
  readonly mark: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly stderr: () => string;
}

/**
 * @param program The bundled `crashing-fix.ts`.
 * @param enter What to put before it, so that it runs in another network.
 */
export function killable(program: string, enter: readonly string[] = []): Killable {
  const start = () => startOne([...enter, process.execPath, program]);
  const living = start();
  let next = start();
  let killed = '';

  return {
    finish: (order) => answerOf(living, order),
    async kill(order) {
      const victim = next;
      const ended = answerOf(victim, order).then(
        ({ outcome }) => `it ended, ${outcome}`,
        (error: Error) => error.message,
      );
      next = start();
      const how = await ended;
      victim.child.kill('SIGKILL');
      if (how !== 'SIGKILL') throw new Error(`Cannot kill at ${order.crashAt}: ${how}`);
      killed = victim.mark;
    },
    heardOut: () => expect.poll(() => marked(killed), { timeout: HEARD_LIMIT_MS }).toEqual([]),
    close() {
      living.child.kill('SIGKILL');
      next.child.kill('SIGKILL');
    },
  };
}

function startOne([command = '', ...args]: readonly string[]): OneProcess {
  const mark = randomUUID();
  const env = { ...process.env, [MARK]: mark };
  const child = spawn(command, args, { stdio: 'pipe', env });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  // one that is dead takes no order
  child.stdin.on('error', (error) => {
    stderr += error.message;
  });
  return { mark, child, stderr: () => stderr };
}

/** @throws {Error} With the name of the signal that ended it, or with what it complained of. */
function answerOf({ child, stderr }: OneProcess, order: CrashOrder): Promise<CrashEnd> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    const onClose = (code: number | null, signal: string | null) =>
      reject(new Error(signal ?? `exit ${code}: ${stderr()}`));
    child.once('close', onClose);
    lines.once('line', (line) => {
      child.off('close', onClose);
      lines.close();
      resolve(JSON.parse(line) as CrashEnd);
    });
    child.stdin.write(`${JSON.stringify(order)}\n`);
  });
}

/** Processes that were started by one of ours, directly or not. */
function marked(mark: string): readonly string[] {
  return readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && environmentOf(name).includes(`${MARK}=${mark}\0`),
  );
}

/** Empty for those that are gone, and for those of somebody else, which are none of ours. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return '';
    throw error;
  }
}
