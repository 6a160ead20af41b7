import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { LAB_ONLY_CERTIFICATE, LAB_ONLY_KEY } from '../../src/lab/host/lab-only-certificate.ts';

export const FAKE_KEY = '7-fake-key-that-must-never-be-shown';
export const FAKE_PASSWORD = 'fake password, never shown';
export const FAKE_TOKEN = 'fake-token-never-shown';
export const FAKE_CODE = '123456';

/** What a method answers: a value, or a function of the parameters that may throw a {@link Refusal}. */
type Method = (params: readonly unknown[]) => unknown;

/** An error in the words of the middleware. */
export class Refusal extends Error {
  readonly code: number;
  readonly data: object;
  constructor(code: number, data: object = {}) {
    super('Method call error');
    this.code = code;
    this.data = data;
  }
}

export interface FakeTruenasOptions {
  /** Which WebSocket it has; the other is refused with 404. Default JSON-RPC. */
  readonly speaks?: 'json-rpc' | 'ddp' | 'neither';
  readonly methods?: Readonly<Record<string, Method>>;
  /** Requests other than WebSockets. */
  readonly http?: (
    path: string,
    authorization: string | undefined,
    asked: { readonly method: string; readonly body: string },
  ) => readonly [status: number, body: string];
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly port?: number;
  /** The shell that the web shell starts; default `/bin/sh`. */
  readonly shell?: string;
}

export interface FakeTruenas {
  readonly port: number;
  /** Names of the methods that were called. */
  readonly calls: string[];
  /** Sends an event to everybody. */
  tell(collection: string, fields: object): void;
  /** Cuts every connection, as a restart of the web server does. */
  cut(): void;
  /** Answers nothing any more, not even pings. */
  freeze(): void;
  stop(): Promise<void>;
}

const LOGIN: Readonly<Record<string, Method>> = {
  'auth.login_ex': ([mechanism]) => {
    const { api_key: key } = mechanism as Record<string, string>;
    return { response_type: key === FAKE_KEY ? 'SUCCESS' : 'AUTH_ERR' };
  },
  'auth.login_with_api_key': ([key]) => key === FAKE_KEY,
  'auth.generate_token': () => FAKE_TOKEN,
  'system.version': () => 'TrueNAS-25.10.0',
  'core.subscribe': () => 'subscription-1',
};

/** A TrueNAS as far as its protocols go, to misbehave as a test wants. */
export async function fakeTruenas(options: FakeTruenasOptions = {}): Promise<FakeTruenas> {
  const { speaks = 'json-rpc', http = () => [404, ''] } = options;
  const certificate = options.certificate ?? { cert: LAB_ONLY_CERTIFICATE, key: LAB_ONLY_KEY };
  const methods = { ...LOGIN, ...options.methods };
  const calls: string[] = [];
  const sockets = new Set<WebSocket>();
  const shells = new Set<ChildProcess>();
  let frozen = false;

  const server: Server = createServer(certificate, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk;
    });
    request.on('end', () => {
      const { url = '', method = '', headers } = request;
      const [status, answer] = http(url, headers.authorization, { method, body });
      response.writeHead(status).end(answer);
    });
  });
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const speaker = {
      '/api/current': speaks === 'json-rpc' && speakRpc,
      '/websocket': speaks === 'ddp' && speakDdp,
      '/websocket/shell': speakShell,
    }[request.url ?? ''];
    if (!speaker) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (opened) => {
      sockets.add(opened);
      opened.on('close', () => sockets.delete(opened));
      speaker(opened);
    });
  });

  function speakRpc(socket: WebSocket): void {
    socket.on('message', (data) => {
      const { id, method, params } = JSON.parse(data.toString());
      answer(method, params, (result, refusal) => {
        const error = refusal && {
          code: refusal.code,
          message: refusal.message,
          data: refusal.data,
        };
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...(error ? { error } : { result }) }));
      });
    });
  }

  function speakDdp(socket: WebSocket): void {
    socket.on('message', (data) => {
      const { msg, id, method, params } = JSON.parse(data.toString());
      if (msg === 'connect') socket.send(JSON.stringify({ msg: 'connected', session: 's' }));
      if (msg !== 'method') return;
      answer(method, params, (result, refusal) => {
        const error = refusal && { error: refusal.code, ...refusal.data };
        socket.send(JSON.stringify({ msg: 'result', id, ...(error ? { error } : { result }) }));
      });
    });
  }

  function answer(
    method: string,
    params: readonly unknown[],
    reply: (result: unknown, refusal?: Refusal) => void,
  ): void {
    calls.push(method);
    if (frozen) return;
    const found = methods[method];
    const missing =
      speaks === 'ddp'
        ? new Refusal(201, { errname: 'ENOMETHOD', reason: 'Method does not exist' })
        : new Refusal(-32_601);
    new Promise((resolve) => resolve(found ? found(params) : Promise.reject(missing))).then(
      (result) => reply(result),
      (error: Refusal) => reply(undefined, error),
    );
  }

  /** A true terminal, so that echo, CR LF and line editing are as they are. */
  function speakShell(socket: WebSocket): void {
    socket.once('message', (data) => {
      const { token } = JSON.parse(data.toString());
      if (token !== FAKE_TOKEN) {
        socket.send(JSON.stringify({ msg: 'failed', error: { reason: `no such token ${token}` } }));
        socket.close();
        return;
      }
      socket.send(JSON.stringify({ msg: 'connected', id: 'shell-1' }));
      const [program = '/bin/sh', ...rest] = (options.shell ?? '/bin/sh').split(' ');
      const words = JSON.stringify([program, ...rest]);
      const shell = spawn('python3', ['-c', `import pty; pty.spawn(${words})`]);
      shells.add(shell);
      shell.stdout.on('data', (chunk: Buffer) => socket.send(chunk));
      shell.on('close', () => {
        shells.delete(shell);
        socket.close();
      });
      socket.on('message', (typed) => shell.stdin.write(typed));
      socket.on('close', () => shell.kill());
    });
  }

  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    tell(collection, fields) {
      const message =
        speaks === 'ddp'
          ? { msg: 'changed', collection, fields }
          : {
              jsonrpc: '2.0',
              method: 'collection_update',
              params: { msg: 'changed', collection, fields },
            };
      for (const socket of sockets) socket.send(JSON.stringify(message));
    },
    cut() {
      for (const socket of sockets) socket.terminate();
    },
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    async stop() {
      for (const socket of sockets) socket.terminate();
      for (const shell of shells) shell.kill();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
