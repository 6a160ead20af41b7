import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Container } from './container.ts';
import { speakDdp } from './ddp.ts';
import type { Dispatcher } from './dispatch.ts';
import { jsonRpcNotice, speakJsonRpc } from './json-rpc.ts';
import type { Nas } from './method.ts';
import { createSession, type Notice, type Origin } from './session.ts';
import { serveWebShell } from './web-shell.ts';

interface Context {
  readonly nas: Nas;
  /** Of the Tailscale app: where web shells may lead. */
  readonly container: Container;
  readonly dispatcher: Dispatcher;
  readonly origin: Origin;
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Longer than any frame that is taken, so that the middleware's own limits are seen. */
const FRAME_LIMIT_BYTES = 4 * 1024 * 1024;

const server = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: FRAME_LIMIT_BYTES,
});

/** Takes a WebSocket where this release has one, and refuses it with 404 elsewhere. */
export function acceptWebSocket(context: Context, { request, socket, head }: Upgrade): void {
  const serve = servantOf(context.nas, (request.url ?? '').replace(/\?.*/, ''));
  if (!serve) {
    socket.end('HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  server.handleUpgrade(request, socket, head, (client) => {
    // a client that goes away in mid-sentence is no event for a server
    client.on('error', () => client.terminate());
    serve(context, client);
  });
}

type Serve = (context: Context, client: WebSocket) => void;

function servantOf({ release }: Nas, path: string): Serve | undefined {
  if (/^\/websocket\/shell\/?$/.test(path)) return openShell;
  if (path === '/websocket' || path === '/websocket/') return converse(speakDdp, (n) => n);
  const [, version] = /^\/api\/(current|v[\d.]+)\/?$/.exec(path) ?? [];
  const isKnown = version === 'current' || release.apiVersions.includes(version ?? '');
  if (isKnown && release.apiVersions.length > 0) return converse(speakJsonRpc, jsonRpcNotice);
  return undefined;
}

const openShell: Serve = ({ nas, container, origin }, client) => {
  const cut = () => client.terminate();
  const session = createSession(origin, 'WEBSOCKET', { notify: () => {}, cut });
  serveWebShell(nas, session, { client, container });
};

function converse(speak: typeof speakJsonRpc, dressed: (notice: Notice) => object): Serve {
  return ({ nas, dispatcher, origin }, client) => {
    const send = (message: object) => client.send(JSON.stringify(message));
    const session = createSession(origin, 'WEBSOCKET', {
      notify: (notice) => send(dressed(notice)),
      cut: () => client.terminate(),
    });
    nas.sessions.add(session);
    const wire = { send, close: (code: number, why: string) => client.close(code, why) };
    const conversation = speak(session, wire, dispatcher);
    client.on('message', (data, isBinary) => conversation.receive(data.toString('utf8'), isBinary));
    client.on('close', () => nas.sessions.delete(session));
  };
}
