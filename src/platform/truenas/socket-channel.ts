import { Buffer } from 'node:buffer';
import type { WebSocket } from 'ws';
import { OutsideError } from '../../model/outside-error.ts';
import { jsonOf } from '../json-of.ts';
import { type ApiEvent, CALL_TIMEOUT_MS, type Channel, type ChannelCall } from './channel.ts';
import type { Dialect } from './dialects.ts';
import { apiProblem, ConnectionLost, type Secrets } from './problem.ts';

/** Frames that are longer end the connection. Source: truenas middleware, rpc.py */
const LARGEST_CALL_BYTES = 64 * 1024;
/** The NAS does ten calls of a connection at a time. Source: the same */
const CALLS_AT_ONCE = 8;
/** A NAS whose kernel or web server is gone answers no ping; then waiting for a call is in vain. */
const PING_EVERY_MS = 10_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly doing: string;
}

/** Calls over one WebSocket, JSON-RPC or DDP. */
export class SocketChannel implements Channel {
  readonly #socket: WebSocket;
  readonly #dialect: Dialect;
  readonly #secrets: Secrets;
  readonly #host: string;
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(event: ApiEvent) => void>();
  readonly #queue: (() => void)[] = [];
  readonly #heartbeat: NodeJS.Timeout;
  #running = 0;
  #lastId = 0;
  #ended = false;
  #alive = true;
  #ready: () => void = () => {};
  #tellEnd: () => void = () => {};
  readonly whenEnded = new Promise<void>((resolve) => {
    this.#tellEnd = resolve;
  });

  constructor(
    socket: WebSocket,
    {
      dialect,
      secrets,
      host,
      pingEveryMs = PING_EVERY_MS,
    }: {
      readonly dialect: Dialect;
      readonly secrets: Secrets;
      readonly host: string;
      readonly pingEveryMs?: number;
    },
  ) {
    this.#socket = socket;
    this.#dialect = dialect;
    this.#secrets = secrets;
    this.#host = host;
    socket.on('message', (data) => this.#take(data.toString()));
    socket.on('close', () => this.#end());
    socket.on('error', () => this.#end());
    socket.on('pong', () => {
      this.#alive = true;
    });
    this.#heartbeat = setInterval(() => this.#beat(), pingEveryMs);
    this.#heartbeat.unref();
  }

  get transport(): string {
    return this.#dialect.transport;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Says hello where the dialect has one. @throws {OutsideError} If it is not answered. */
  async begin(signal: AbortSignal): Promise<void> {
    const { hello } = this.#dialect;
    if (hello === undefined) return;
    const greeted = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set('hello', { resolve, reject, doing: `greet ${this.#host}` });
      this.#ready = () => resolve(undefined);
    });
    this.#socket.send(hello);
    await this.#bounded(greeted, 'hello', { signal });
  }

  async call(method: string, params: readonly unknown[], options: ChannelCall): Promise<unknown> {
    await this.#turn();
    try {
      options.signal.throwIfAborted();
      const id = String(++this.#lastId);
      const message = this.#dialect.call(id, method, params);
      const doing = `call ${method} on ${this.#host}`;
      if (Buffer.byteLength(message) > LARGEST_CALL_BYTES) throw tooLong(doing);
      return await this.#bounded(this.#send(id, message, doing), id, options);
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  async subscribe(collection: string, signal: AbortSignal): Promise<boolean> {
    const words = this.#dialect.subscribe?.(`sub-${++this.#lastId}`, collection);
    if (words === undefined) await this.call('core.subscribe', [collection], { signal });
    else this.#socket.send(words);
    return true;
  }

  onEvent(listener: (event: ApiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#end();
    this.#socket.terminate();
  }

  async #turn(): Promise<void> {
    if (this.#running >= CALLS_AT_ONCE) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#running += 1;
  }

  #send(id: string, message: string, doing: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(lost(doing));
        return;
      }
      this.#waiting.set(id, { resolve, reject, doing });
      this.#socket.send(message);
    });
  }

  /** Ends the wait by `signal` or when it has lasted too long. */
  async #bounded(
    answer: Promise<unknown>,
    id: string,
    { signal, timeoutMs = CALL_TIMEOUT_MS }: ChannelCall,
  ): Promise<unknown> {
    const waiting = this.#waiting.get(id);
    const late = setTimeout(() => waiting?.reject(tooLate(waiting.doing, timeoutMs)), timeoutMs);
    const abort = () => waiting?.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await answer;
    } finally {
      clearTimeout(late);
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(id);
    }
  }

  #take(text: string): void {
    const told = this.#dialect.understand(jsonOf(text));
    if (told.is === 'ready') this.#ready();
    else if (told.is === 'event') for (const listener of this.#listeners) listener(told.event);
    else if (told.is === 'result') this.#waiting.get(told.id)?.resolve(told.value);
    else if (told.is === 'error') {
      const waiting = this.#waiting.get(told.id);
      waiting?.reject(apiProblem(waiting.doing, told.error, this.#secrets));
    }
  }

  #beat(): void {
    if (!this.#alive) {
      this.close();
      return;
    }
    this.#alive = false;
    this.#socket.ping();
  }

  #end(): void {
    this.#ended = true;
    this.#tellEnd();
    clearInterval(this.#heartbeat);
    for (const { reject, doing } of this.#waiting.values()) reject(lost(doing));
    this.#waiting.clear();
  }
}

function lost(doing: string): ConnectionLost {
  return new ConnectionLost({
    doing,
    found: 'the connection ended before the answer',
    next: 'try again; the middleware may have been restarted, or the way to the NAS cut',
  });
}

function tooLate(doing: string, timeoutMs: number): OutsideError {
  return new OutsideError({
    doing,
    found: `no answer within ${Math.round(timeoutMs / 1000)} s`,
    next: 'the middleware may hang: look at its jobs, restart it, or look with ssh://',
  });
}

function tooLong(doing: string): OutsideError {
  return new OutsideError({
    doing,
    found: `the call is longer than the ${LARGEST_CALL_BYTES / 1024} KiB that the API takes`,
    next: 'do this step in the web interface of the NAS',
  });
}
