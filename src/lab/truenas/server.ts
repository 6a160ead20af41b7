import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Container } from './container.ts';
import { createDispatcher, type Dispatcher } from './dispatch.ts';
import type { Methods, Nas } from './method.ts';
import type { Download } from './methods/files.ts';
import { createRateLimit } from './rate-limit.ts';
import { type Answer, answerRest } from './rest.ts';
import type { Origin } from './session.ts';

/** All that the web server of a TrueNAS answers. */
export interface NasServer {
  answer(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const BODY_LIMIT_BYTES = 1_000_000;

export function createNasServer(nas: Nas, methods: Methods, container: Container): NasServer {
  const dispatcher = createDispatcher(nas, methods, createRateLimit(Date.now));
  return {
    answer(request, response) {
      route(nas, dispatcher, request).then(
        (answer) => write(response, answer),
        (error: unknown) => {
          process.stderr.write(`web server: ${error}\n`);
          write(response, { status: 500 });
        },
      );
    },
    upgrade(request, socket, head) {
      const origin = originOf(request);
      // loaded with the first client that wants it: most labs never see one
      import('./websockets.ts').then(
        ({ acceptWebSocket }) =>
          acceptWebSocket({ nas, dispatcher, container, origin }, { request, socket, head }),
        (error: unknown) => socket.destroy(error as Error),
      );
    },
  };
}

async function route(nas: Nas, dispatcher: Dispatcher, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '').replace(/\?.*/, '');
  const { hasRest, apiVersions } = nas.release;
  if (path.startsWith('/api/v2.0')) {
    if (!hasRest) return { status: 404 };
    const body = await bodyOf(request);
    return await answerRest(nas, dispatcher, { request, origin: originOf(request), body });
  }
  if (path === '/api/versions' && apiVersions.length > 0) {
    return { status: 200, body: JSON.stringify(apiVersions) };
  }
  if (path === '/api/boot_id' && apiVersions.length > 0) {
    return { status: 200, body: JSON.stringify(nas.bootId) };
  }
  if (path.startsWith('/_download/')) return await download(nas, request);
  if (path.startsWith('/api/')) return { status: 404 };
  return { status: 302, headers: { location: '/ui/' } };
}

/** The file of a job, once, to whoever has the token for it. */
async function download(nas: Nas, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'https://nas');
  const origin = originOf(request);
  const token = nas.tokens.use(url.searchParams.get('auth_token') ?? '', { origin });
  const { id, filename, logs } = (token?.attributes ?? {}) as Partial<Download>;
  if (id === undefined || id !== Number(url.pathname.split('/').at(-1))) return { status: 403 };
  const body = logs ? nas.jobs.logsOf(id) : String(await nas.jobs.result(id));
  return {
    status: 200,
    body,
    headers: {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${filename}"`,
    },
  };
}

function originOf({ socket }: IncomingMessage): Origin {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const isLoopback = address === '::1' || address.startsWith('127.');
  const secure = 'encrypted' in socket || isLoopback;
  return { address, port: socket.remotePort ?? 0, secure };
}

function write(response: ServerResponse, { status, body = '', headers = {} }: Answer): void {
  response.writeHead(status, { server: 'nginx', 'content-type': 'application/json', ...headers });
  response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT_BYTES) throw new RangeError('request body too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
