import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { OutsideError } from '../../model/outside-error.ts';
import type { Door } from './door.ts';
import { connectionProblem } from './problem.ts';

const HANDSHAKE_MS = 10_000;
/** A list of all containers of a large NAS is some megabytes. */
const LARGEST_MESSAGE_BYTES = 32 * 1024 * 1024;

export type Upgrade =
  | { readonly is: 'open'; readonly socket: WebSocket }
  /** The web server is there, and has no such WebSocket. */
  | { readonly is: 'refused'; readonly status: number };

/**
 * Opens a WebSocket through the door, so on a connection whose certificate was checked.
 *
 * @throws {OutsideError} If there is no web server that answers.
 * @throws The abort reason, if `signal` is aborted.
 */
export async function upgrade(door: Door, path: string, signal: AbortSignal): Promise<Upgrade> {
  const doing = `open ${path} on ${door.host}`;
  const connection = await door.connect(signal);
  const socket = new WebSocket(`wss://${urlHost(door.host)}:${door.port}${path}`, [], {
    createConnection: () => connection,
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE_BYTES,
    rejectUnauthorized: false,
  });
  const stop = () => socket.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Upgrade>((resolve, reject) => {
      socket.on('open', () => resolve({ is: 'open', socket }));
      socket.on('error', reject);
      socket.once('unexpected-response', (_request: unknown, answer: IncomingMessage) => {
        connection.destroy();
        resolve({ is: 'refused', status: answer.statusCode ?? 0 });
      });
    });
  } catch (error) {
    connection.destroy();
    signal.throwIfAborted();
    if (/handshake has timed out/.test(String(error))) throw silent(doing, error);
    throw connectionProblem(doing, error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function silent(doing: string, cause: unknown): OutsideError {
  return new OutsideError({
    doing,
    found: `no answer within ${HANDSHAKE_MS / 1000} s`,
    next: 'the middleware may hang: restart it, or look with ssh://',
    cause,
  });
}

export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
