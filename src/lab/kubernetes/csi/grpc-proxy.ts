import { existsSync } from 'node:fs';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { clearSocket, type Program, type ProgramContext, untilStopped } from '../programs.ts';
import { wait } from '../timer.ts';

const INITIAL_TIMEOUT_MS = 60_000;
const POLL_MS = 200;
/** A Go program that is PID 1 dies of SIGTERM with this. */
const GO_TERMINATED = 2;

/**
 * The image democraticcsi/csi-grpc-proxy: relays HTTP/2 from one socket to another and rewrites
 * the host. Waits for the upstream socket before it binds; when the upstream is gone later it
 * answers 502 without a content type, which sidecars report as a mysterious "502 (Bad Gateway)".
 */
export const grpcProxy: Program = async (context) => {
  const bind = pathOf(context, 'BIND_TO');
  const upstream = pathOf(context, 'PROXY_TO');
  if (!(await appears(upstream, context))) {
    context.log(`panic: timeout waiting for ${context.env['PROXY_TO']}`);
    return { exitCode: GO_TERMINATED };
  }
  clearSocket(bind);
  const relay = createRelay(upstream, context);
  const server = createServer();
  server.on('stream', relay.serve);
  server.on('sessionError', (error: Error) => context.log(`http2: ${error.message}`));
  server.listen(bind);
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  context.log(`listening on ${context.env['BIND_TO']}, proxy to ${context.env['PROXY_TO']}`);
  await untilStopped(context);
  relay.close();
  for (const session of sessions) session.destroy();
  server.close();
  return { exitCode: GO_TERMINATED };
};

function pathOf(context: ProgramContext, name: string): string {
  return context.hostPath((context.env[name] ?? '').replace(/^unix:\/\//, ''));
}

async function appears(path: string, { timer, signal }: ProgramContext): Promise<boolean> {
  for (let left = INITIAL_TIMEOUT_MS; left > 0; left -= POLL_MS) {
    if (existsSync(path) || signal.aborted) return true;
    await wait(timer, POLL_MS, signal).catch(() => undefined);
  }
  return false;
}

interface Relay {
  serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void;
  close(): void;
}

const GO_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ECONNREFUSED: 'connection refused',
};

function createRelay(upstream: string, { log, env }: ProgramContext): Relay {
  const shownPath = (env['PROXY_TO'] ?? '').replace(/^unix:\/\//, '');
  let session: ClientHttp2Session | undefined;
  const upstreamSession = (): ClientHttp2Session => {
    if (session && !session.closed && !session.destroyed) return session;
    session = connect('http://localhost', { createConnection: () => connectSocket(upstream) });
    // each request hears of it by itself
    session.on('error', (error: NodeJS.ErrnoException) => {
      const why = GO_WORDS[error.code ?? ''] ?? error.message;
      log(`http: proxy error: dial unix ${shownPath}: connect: ${why}`);
    });
    return session;
  };
  return {
    serve(stream, headers) {
      log(`${String(headers[':method'])} ${String(headers[':path'])}`);
      const { ':authority': authority, ...rest } = headers;
      const ahead = { ...rest, ':authority': 'localhost', 'x-forwarded-host': authority ?? '' };
      const request = upstreamSession().request(ahead);
      request.on('response', (answer, flags) => {
        const isOver = (flags & END_STREAM) !== 0;
        stream.respond(answer, { endStream: isOver, waitForTrailers: !isOver });
      });
      let trailers: IncomingHttpHeaders = {};
      request.on('trailers', (given: IncomingHttpHeaders) => {
        trailers = given;
      });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      request.on('error', () => badGateway(stream));
      stream.on('error', () => request.close());
      stream.on('aborted', () => request.close());
      stream.pipe(request);
      request.on('data', (chunk: Buffer) => stream.write(chunk));
      request.on('end', () => {
        if (stream.headersSent) stream.end();
      });
    },
    close: () => session?.destroy(),
  };
}

/** HTTP/2 frame flag; RFC 9113, section 6.2. */
const END_STREAM = 0x1;

function badGateway(stream: ServerHttp2Stream): void {
  if (stream.headersSent || stream.destroyed) stream.close();
  else stream.respond({ ':status': 502 }, { endStream: true });
}
