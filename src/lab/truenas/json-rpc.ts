import { CallError, ERRNO, type Errno, ValidationErrors } from './call-error.ts';
import { createCallQueue, TooManyCalls } from './call-queue.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Notice, Session } from './session.ts';

/** What a socket is to a protocol. */
export interface Wire {
  send(message: object): void;
  close(code: number, reason: string): void;
}

/** A protocol that is spoken over one WebSocket. */
export interface Conversation {
  receive(text: string, isBinary: boolean): void;
}

/** Codes of WebSocket (RFC 6455, section 7.4.1). */
const CLOSE = { unsupported: 1003, badText: 1007, tooBig: 1009 } as const;
const LIMIT_CHARS = { before: 8_192, after: 65_536 } as const;
const CODE = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  tooManyCalls: -32_000,
  call: -32_001,
} as const;

interface Request {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly id: unknown;
}

/**
 * JSON-RPC 2.0 as the middleware has it: positional parameters, no batches, text only, short frames.
 * Source: truenas/middleware api/base/server/ws_handler/rpc.py, utils/limits.py
 */
export function speakJsonRpc(session: Session, wire: Wire, dispatcher: Dispatcher): Conversation {
  const queue = createCallQueue();
  const fail = (id: unknown, code: number, message: string, data?: object) =>
    wire.send({ jsonrpc: '2.0', error: { code, message, ...(data ? { data } : {}) }, id });

  async function carryOut({ method, params, id }: Request): Promise<void> {
    try {
      const ask = { session, method, params, messageId: id };
      const result = await queue.run(() => dispatcher.call(ask));
      wire.send({ jsonrpc: '2.0', result: result ?? null, id });
    } catch (error) {
      if (error instanceof TooManyCalls) return fail(id, CODE.tooManyCalls, error.message);
      if (error instanceof ValidationErrors) {
        return fail(id, CODE.params, 'Invalid params', dataOf(error));
      }
      fail(id, CODE.call, 'Method call error', dataOf(error as Error));
    }
  }

  return {
    receive(text, isBinary) {
      if (isBinary) return wire.close(CLOSE.unsupported, 'Invalid websocket message type');
      if (isTooLong(text, session, wire)) return;
      const message = parse(text);
      if (message instanceof SyntaxError) return fail(null, CODE.parse, message.message);
      if (!isRequest(message)) return fail(null, CODE.request, 'Invalid Request');
      const { method, params = [], id = null } = message;
      if (!dispatcher.methodNamed(method)) {
        return fail(id, CODE.method, 'Method does not exist');
      }
      void carryOut({ method, params, id });
    },
  };
}

/** A notification of JSON-RPC. */
export function jsonRpcNotice(notice: Notice): object {
  return { jsonrpc: '2.0', method: 'collection_update', params: notice };
}

/** True if a frame is longer than its sender may send; the connection is then ended. */
export function isTooLong(text: string, { credentials }: Session, wire: Wire): boolean {
  const limit = credentials ? LIMIT_CHARS.after : LIMIT_CHARS.before;
  if (text.length <= limit) return false;
  if (credentials) wire.close(CLOSE.tooBig, 'Max message length is 64 kB');
  else wire.close(CLOSE.badText, 'Anonymous connection max message length is 8 kB');
  return true;
}

/** `data` of an error, which DDP calls its error. */
export function dataOf(error: Error): object {
  const errname: Errno = error instanceof CallError ? error.errname : 'EINVAL';
  const trace = {
    class: error.name,
    frames: [],
    formatted: `Traceback (most recent call last):\n${error.name}: ${error.message}\n`,
    repr: `${error.name}('${error.message}')`,
  };
  const extra =
    error instanceof ValidationErrors
      ? error.errors
      : error instanceof CallError
        ? error.extra
        : null;
  return { error: ERRNO[errname], errname, reason: error.message, trace, extra };
}

function parse(text: string): unknown {
  try {
    const message: unknown = JSON.parse(text);
    if (Array.isArray(message)) return new SyntaxError('Batch messages are not supported yet');
    if (typeof message === 'object' && message !== null) return message;
    return new SyntaxError('Invalid Message Format');
  } catch (error) {
    return error as SyntaxError;
  }
}

const FIELDS = ['jsonrpc', 'method', 'params', 'id'];

function isRequest(message: unknown): message is Partial<Request> & { readonly method: string } {
  const { jsonrpc, method, params, id } = message as Readonly<Record<string, unknown>>;
  return (
    Object.keys(message as object).every((name) => FIELDS.includes(name)) &&
    jsonrpc === '2.0' &&
    typeof method === 'string' &&
    (params === undefined || Array.isArray(params)) &&
    (id === undefined || id === null || typeof id === 'number' || typeof id === 'string')
  );
}
