import { Buffer } from 'node:buffer';
import type { WebSocket } from 'ws';
import { OutsideError } from '../../model/outside-error.ts';
import type { ShellAnswer, ShellOptions } from '../../ports/vantage.ts';
import type { Door } from './door.ts';
import { shellCode } from './shell-code.ts';
import { type ShellEnd, ShellOutput } from './shell-output.ts';
import { upgrade } from './web-socket.ts';

/** A container of an app. */
export interface ContainerPlace {
  readonly app: string;
  readonly container: string;
}

export interface WebShellAsk extends ShellOptions {
  readonly token: string;
  readonly place: ContainerPlace;
  /** Takes secrets out of what the far side says. */
  readonly hide: (text: string) => string;
}

/** Until the far shell waits for the script: docker, a shell, a slow disk. */
const READY_MS = 15_000;
/** One word of the kernel for a command line; a longer script would not start. */
const LONGEST_SCRIPT_BYTES = 90_000;

/**
 * Runs a script in a container through the web shell of a TrueNAS.
 *
 * @throws {OutsideError} If there is no such shell for us, or it ends before the script does.
 * @throws The abort reason, if `signal` is aborted; the script is then interrupted.
 *
 * Source: truenas middleware, apps/webshell_app.py at TS-24.10.2.4 to 26.0
 */
export async function runInWebShell(
  door: Door,
  script: string,
  ask: WebShellAsk,
): Promise<ShellAnswer> {
  const doing = `run a script in ${ask.place.app} on ${door.host}`;
  if (Buffer.byteLength(script) > LONGEST_SCRIPT_BYTES) {
    throw new RangeError(`Cannot ${doing}: it is longer than ${LONGEST_SCRIPT_BYTES} bytes`);
  }
  const opened = await upgrade(door, '/websocket/shell', ask.signal);
  if (opened.is === 'refused') {
    const found = `this NAS has no web shell (HTTP ${opened.status})`;
    throw new OutsideError({ doing, found, next: 'look with ssh://, or with: returnpath ask nas' });
  }
  return new ShellSession(opened.socket, doing, ask).run(script);
}

class ShellSession {
  readonly #socket: WebSocket;
  readonly #doing: string;
  readonly #ask: WebShellAsk;
  readonly #stdout: string[] = [];
  #size = 0;

  constructor(socket: WebSocket, doing: string, ask: WebShellAsk) {
    this.#socket = socket;
    this.#doing = doing;
    this.#ask = ask;
  }

  async run(script: string): Promise<ShellAnswer> {
    const code = shellCode(script);
    const { signal, token, place } = this.#ask;
    let late: NodeJS.Timeout | undefined;
    let abort = () => {};
    try {
      return await new Promise<ShellAnswer>((resolve, reject) => {
        let connected = false;
        const output = new ShellOutput(code, {
          ready: () => {
            clearTimeout(late);
            this.#type(code.lines);
          },
          output: (text, bytes) => {
            if (!this.#keep(text, bytes)) resolve(this.#answer(undefined));
          },
          end: (end) => resolve(this.#answer(end)),
        });
        late = setTimeout(() => reject(this.#failed(output.said, connected)), READY_MS);
        abort = () => reject(signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) abort();
        this.#socket.on('message', (data) => {
          const text = data.toString();
          if (connected) {
            output.push(text);
            return;
          }
          const problem = this.#greeting(text);
          if (problem) reject(problem);
          else {
            connected = true;
            this.#type(code.typed);
          }
        });
        this.#socket.on('close', () => reject(this.#failed(output.said, connected)));
        this.#socket.on('error', () => reject(this.#failed(output.said, connected)));
        this.#socket.send(JSON.stringify({ token, options: optionsOf(place) }));
      });
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', abort);
      this.#leave();
    }
  }

  /** False once there is more than was asked for. */
  #keep(text: string, bytes: number): boolean {
    this.#size += bytes;
    if (this.#size > this.#ask.limitBytes) return false;
    this.#stdout.push(text);
    this.#ask.onOutput?.(text);
    return true;
  }

  #answer(end: ShellEnd | undefined): ShellAnswer {
    return {
      stdout: this.#stdout.join(''),
      stderr: end?.stderr ?? '',
      exitCode: end?.exitCode,
      truncated: end === undefined,
    };
  }

  #type(text: string): void {
    this.#socket.send(Buffer.from(text, 'utf8'));
  }

  /** The first message says whether we are let in. */
  #greeting(text: string): OutsideError | undefined {
    if (/"msg":\s*"connected"/.test(text)) return undefined;
    const [, reason = text] = /"reason":\s*"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
    return new OutsideError({
      doing: this.#doing,
      found: `the web shell refuses: ${this.#ask.hide(reason) || 'no reason was given'}`,
      next: /token/i.test(reason)
        ? 'log in with --truenas-password: up to 24.10 an API key is no user and opens no shell'
        : 'give the user of the key the privilege "Web Shell Access" (Credentials > Groups > Privileges)',
    });
  }

  #failed(said: string, connected: boolean): OutsideError {
    const words = this.#ask.hide(said);
    const found = connected
      ? `the shell in the container ended or did not answer${words ? `: ${words}` : ''}`
      : 'the web shell ended or did not answer';
    return new OutsideError({
      doing: this.#doing,
      found,
      next: 'check that the app runs (Apps > its shell), or use: returnpath ask nas',
    });
  }

  /** Ctrl-C ends what still runs there; docker itself would leave it running. */
  #leave(): void {
    this.#type('\u0003\u0004');
    this.#socket.close();
    const gone = setTimeout(() => this.#socket.terminate(), 1000);
    gone.unref();
    this.#socket.on('close', () => clearTimeout(gone));
  }
}

/**
 * `command` is the name of a program up to 25.10, and a line for `sh -c` from 26 on; this is both.
 */
function optionsOf({ app, container }: ContainerPlace): Readonly<Record<string, string>> {
  return { app_name: app, container_id: container, command: '/bin/sh' };
}
