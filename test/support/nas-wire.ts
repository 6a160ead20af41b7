import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Lab } from '../../src/lab/start.ts';

const RELAY = join(import.meta.dirname, 'lab-relay.mjs');
const ANSWER_LIMIT_MS = 20_000;

export type Scheme = 'plain' | 'tls';

/** A way from a lab host to the web server of the NAS, for plain clients of the test's own. */
export interface NasWire {
  http(ask: HttpAsk): Promise<{ readonly status: number; readonly body: string }>;
  socket(path: string, scheme?: Scheme): Promise<NasSocket>;
  close(): void;
}

export interface HttpAsk {
  readonly path: string;
  readonly method?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly scheme?: Scheme;
}

/** One WebSocket, and all that came over it. */
export interface NasSocket {
  readonly received: readonly Message[];
  /** Everything binary that came, as text. */
  readonly output: () => string;
  send(message: object | string): void;
  sendBytes(bytes: string): void;
  /** Resolves with the first message that fits, also of those already there. */
  message(fits: (message: Message) => boolean): Promise<Message>;
  /** A JSON-RPC call; resolves with the whole answer. */
  call(method: string, ...params: readonly unknown[]): Promise<Message>;
  /** The result of a call. @throws {Error} With the error, if there was one. */
  result(method: string, ...params: readonly unknown[]): Promise<unknown>;
  /** Resolves with the code once it is closed. */
  readonly closed: Promise<number>;
  close(): void;
}

export type Message = Readonly<Record<string, unknown>>;

/** Opens ways from `host` to both ports of the NAS. */
export async function nasWire(lab: Lab, host = 'utility'): Promise<NasWire> {
  const relays = await Promise.all([startRelay(lab, host, 80), startRelay(lab, host, 443)]);
  const [plain, tls] = relays;
  const dial = (scheme: Scheme): Socket =>
    scheme === 'plain'
      ? connect(plain.path)
      : connectTls({ socket: connect(tls.path), rejectUnauthorized: false });
  return {
    http: (ask) => askHttp(ask, dial(ask.scheme ?? 'tls')),
    socket: (path, scheme = 'tls') => openSocket(path, scheme, dial(scheme)),
    close() {
      for (const relay of relays) relay.stop();
    },
  };
}

async function startRelay(lab: Lab, host: string, port: number) {
  const path = join(tmpdir(), `returnpath-relay-${randomUUID()}.sock`);
  const { enter } = await locateLabHost(lab.id, host);
  const [command = '', ...args] = enter;
  const argv = [...args, process.execPath, RELAY, path, '10.0.0.210', String(port)];
  const child = spawn(command, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    path,
    stop() {
      child.stdin.end();
      rmSync(path, { force: true });
    },
  };
}

function askHttp({ path, method = 'GET', key, body, scheme }: HttpAsk, socket: Socket) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const send = scheme === 'plain' ? httpRequest : httpsRequest;
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = send({ path, method, headers, createConnection: () => socket }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, body: answer });
      });
    });
    asked.on('error', reject);
    asked.end(text);
  });
}

async function openSocket(path: string, scheme: Scheme, socket: Socket): Promise<NasSocket> {
  const url = `${scheme === 'plain' ? 'ws' : 'wss'}://truenas${path}`;
  const client = new WebSocket(url, [], { createConnection: () => socket });
  const received: Message[] = [];
  const listeners = new Set<() => void>();
  let output = '';
  client.on('message', (data, isBinary) => {
    if (isBinary) output += data.toString('utf8');
    else received.push(JSON.parse(data.toString('utf8')) as Message);
    for (const listener of listeners) listener();
  });
  const closed = new Promise<number>((resolve) => {
    client.on('close', resolve);
  });
  await new Promise<void>((resolve, reject) => {
    client.on('open', resolve);
    client.on('error', reject);
  });
  let lastId = 0;

  function message(fits: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no such message among ${JSON.stringify(received)}`))),
        ANSWER_LIMIT_MS,
      );
      const look = () => {
        const found = received.find(fits);
        if (found) finish(() => resolve(found));
      };
      const finish = (end: () => void) => {
        clearTimeout(timer);
        listeners.delete(look);
        end();
      };
      listeners.add(look);
      look();
    });
  }

  async function call(method: string, ...params: readonly unknown[]): Promise<Message> {
    lastId += 1;
    const id = lastId;
    client.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return await message((one) => one['id'] === id);
  }

  return {
    received,
    output: () => output,
    send: (value) => client.send(typeof value === 'string' ? value : JSON.stringify(value)),
    sendBytes: (bytes) => client.send(Buffer.from(bytes)),
    message,
    call,
    async result(method, ...params) {
      const { result, error } = await call(method, ...params);
      if (error !== undefined) throw new Error(JSON.stringify(error));
      return result;
    },
    closed,
    close: () => client.close(),
  };
}

/** Logs in with a key, as a client of 25.04 or later does. */
export async function logInWithKey(socket: NasSocket, username: string, key: string) {
  const data = { mechanism: 'API_KEY_PLAIN', username, api_key: key };
  return (await socket.result('auth.login_ex', data)) as Message;
}
