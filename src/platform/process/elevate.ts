import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { OutsideError } from '../../model/outside-error.ts';
import type { ShellAnswer, ShellOptions, VantageOptions } from '../../ports/vantage.ts';
import { type RunOptions, run } from './run.ts';

/** Makes the command that hands one line to the shell of the host. */
export type ShellCommand = (line: string) => readonly string[];

/**
 * Runs a script by `sudo sh -s`.
 *
 * sudo is told to prompt with a word that nobody can guess, on standard error. When the word comes,
 * the password is asked for and written to standard input; when it comes again, the password was
 * wrong and the input is closed, so that only one attempt is ever counted. The script follows only
 * after root's shell has said that it is there: it can never be taken for a password, nor the
 * password for a command (sudo does not read it where it needs none).
 *
 * @throws {OutsideError} If root could not be had; the script has not run then.
 */
export async function runAsRoot(
  shellCommand: ShellCommand,
  script: string,
  options: ShellOptions & { readonly where: string; readonly password: Password },
): Promise<ShellAnswer> {
  const word = randomBytes(12).toString('hex');
  const prompt = `${word}:`;
  const ready = `${word}.\n`;
  const line = `LC_ALL=C exec sudo -S -p '${prompt}' -- sh -c 'echo ${word}.; exec sh -s'`;
  const talk = conversation({ ...options, script, prompt, ready });
  const doing = `become root on ${options.where}`;

  const answer = await run(shellCommand(`sh -c "${line}"`), {
    doing,
    signal: options.signal,
    limitBytes: options.limitBytes + ready.length,
    ...talk.listeners,
  });
  talk.throwIfFailed();
  const at = answer.stdout.indexOf(ready);
  if (at < 0) throw new OutsideError({ doing, ...refusal(answer, talk.prompts(), prompt) });
  return {
    ...answer,
    stdout: answer.stdout.slice(at + ready.length),
    stderr: answer.stderr.replaceAll(prompt, ''),
  };
}

/** Asks for the password; absent where nobody can be asked. */
export type Password = VantageOptions['sudoPassword'];

function conversation({
  script,
  prompt,
  ready,
  password,
  onOutput,
}: {
  script: string;
  prompt: string;
  ready: string;
  password: Password;
  onOutput?: ShellOptions['onOutput'];
}) {
  let stdin: Writable | undefined;
  let heard = '';
  let errors = '';
  let started = false;
  let failed: unknown;
  let prompts = 0;

  async function answerPrompt(): Promise<void> {
    if (prompts > 1 || !password) return void stdin?.end();
    try {
      stdin?.write(`${await password()}\n`);
    } catch (error) {
      failed = error;
      stdin?.end();
    }
  }

  const listeners: Pick<RunOptions, 'onStdin' | 'onOutput' | 'onErrorOutput'> = {
    onStdin(stream) {
      stdin = stream;
    },
    onErrorOutput(text) {
      if (started) return;
      errors += text;
      const count = errors.split(prompt).length - 1;
      if (count <= prompts) return;
      prompts = count;
      void answerPrompt();
    },
    onOutput(text) {
      if (started) return onOutput?.(text);
      heard += text;
      const at = heard.indexOf(ready);
      if (at < 0) return;
      started = true;
      stdin?.end(script);
      const rest = heard.slice(at + ready.length);
      if (rest !== '') onOutput?.(rest);
    },
  };
  return {
    listeners,
    prompts: () => prompts,
    throwIfFailed() {
      if (failed !== undefined) throw failed;
    },
  };
}

function refusal(
  { stderr, exitCode }: ShellAnswer,
  prompts: number,
  prompt: string,
): { found: string; next: string } {
  const words = stderr.replaceAll(prompt, '').trim();
  if (exitCode === 127 || /sudo: (?:command )?not found/.test(words)) {
    return { found: 'there is no sudo', next: 'log in as root, or look without --sudo' };
  }
  if (/must have a tty|requiretty/.test(words)) {
    return {
      found: 'sudo insists on a terminal (requiretty)',
      next: 'add "Defaults:USER !requiretty" to its sudoers, or look without --sudo',
    };
  }
  if (/not in the sudoers|may not run sudo|not allowed to (?:execute|run)/.test(words)) {
    return { found: 'this user may not use sudo', next: 'allow it, or look without --sudo' };
  }
  if (prompts > 1) return { found: 'sudo did not accept the password', next: 'try again' };
  if (prompts === 1) {
    return { found: 'sudo wants a password', next: 'give it at the prompt or on standard input' };
  }
  const [last = 'sudo said nothing'] = words.split('\n').slice(-1);
  return { found: last.slice(0, 200), next: 'try: sudo -n true' };
}
