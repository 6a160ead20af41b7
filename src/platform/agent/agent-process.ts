import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { OutsideError } from '../../model/outside-error.ts';
import { killGroup, track } from '../process/live-groups.ts';
import { lineCutter, type Reply, type Request } from './messages.ts';

interface Listener {
  readonly onReply: (reply: Reply) => void;
  /** The agent has ended; there will be no reply. Called at once if it had ended before. */
  readonly onEnd: (error: OutsideError) => void;
}

/** The line to one agent process. */
export interface Line {
  send(request: Request): void;
  listen(id: number, listener: Listener): void;
  forget(id: number): void;
  /** Resolves when the agent has ended, by itself or killed. */
  close(): Promise<void>;
}

/** Enough of the agent's last words to tell why it ended. */
const LAST_WORDS_CHARACTERS = 2000;

// An agent ends when its standard input does. One that does not has been stopped, or is stuck in
// the kernel; it is killed then.
const CLOSE_GRACE_MS = 200;

/** Starts an agent in a process group of its own, killed when the program exits. */
export function startLine(command: readonly string[], where: string): Line {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: 'pipe' });
  const listeners = new Map<number, Listener>();
  const forgetGroup = child.pid === undefined ? () => undefined : track(child.pid);
  let ending: OutsideError | undefined;
  let lastWords = '';

  const ended = new Promise<void>((resolve) => {
    const end = (found: string) => {
      forgetGroup();
      ending ??= new OutsideError({ doing: `ask the agent on ${where}`, found });
      const error = ending;
      for (const listener of listeners.values()) listener.onEnd(error);
      listeners.clear();
      resolve();
    };
    child.once('error', (error) => end(`it did not start: ${error.message}`));
    child.once('close', () => end(`it ended: ${lastWords.trim() || 'without a word'}`));
  });

  child.stdin.on('error', () => child.stdin.destroy());
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARACTERS);
  });
  const decoder = new StringDecoder('utf8');
  const cut = lineCutter();
  child.stdout.on('data', (chunk: Buffer) => {
    for (const text of cut(decoder.write(chunk))) {
      const reply = JSON.parse(text) as Reply;
      listeners.get(reply.id)?.onReply(reply);
    }
  });

  return {
    send(request) {
      if (!ending) child.stdin.write(`${JSON.stringify(request)}\n`);
    },
    listen(id, listener) {
      if (ending) listener.onEnd(ending);
      else listeners.set(id, listener);
    },
    forget: (id) => listeners.delete(id),
    async close() {
      child.stdin.end();
      const kill = () => {
        if (child.pid !== undefined && !ending) killGroup(child.pid);
      };
      const timer = setTimeout(kill, CLOSE_GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
