import type { ApiEvent } from './channel.ts';
import type { ApiError } from './problem.ts';

/** What a message from the NAS is. */
export type Told =
  | { readonly is: 'result'; readonly id: string; readonly value: unknown }
  | { readonly is: 'error'; readonly id: string; readonly error: ApiError }
  | { readonly is: 'event'; readonly event: ApiEvent }
  /** DDP only: the session begins. */
  | { readonly is: 'ready' }
  | { readonly is: 'other' };

/** How calls and their answers are written on a WebSocket. */
export interface Dialect {
  readonly transport: string;
  readonly path: string;
  /** Sent first; calls begin once it was answered with `ready`. */
  readonly hello?: string;
  call(id: string, method: string, params: readonly unknown[]): string;
  /** Absent where subscribing is a call like any other, `core.subscribe`. */
  subscribe?(id: string, collection: string): string;
  understand(message: unknown): Told;
}

/** 25.04 and later. Source: truenas middleware, api/base/server/ws_handler/rpc.py */
export const JSON_RPC: Dialect = {
  transport: 'JSON-RPC',
  path: '/api/current',
  call: (id, method, params) => JSON.stringify({ jsonrpc: '2.0', id, method, params }),
  understand(message) {
    const { id, method, params, result, error } = record(message);
    if (method === 'collection_update') return eventOf(record(params));
    if (typeof id !== 'string') return { is: 'other' };
    return error === undefined
      ? { is: 'result', id, value: result }
      : { is: 'error', id, error: rpcError(record(error)) };
  },
};

/** 24.10, and later ones for old programs. Source: truenas middleware, main.py, on_message */
export const DDP: Dialect = {
  transport: 'DDP',
  path: '/websocket',
  hello: JSON.stringify({ msg: 'connect', version: '1', support: ['1'] }),
  call: (id, method, params) => JSON.stringify({ msg: 'method', id, method, params }),
  subscribe: (id, collection) => JSON.stringify({ msg: 'sub', id, name: collection }),
  understand(message) {
    const { msg, id, result, error } = record(message);
    if (msg === 'connected') return { is: 'ready' };
    if (msg === 'added' || msg === 'changed') return eventOf(record(message));
    if (msg !== 'result' || typeof id !== 'string') return { is: 'other' };
    return error === undefined || error === null
      ? { is: 'result', id, value: result }
      : { is: 'error', id, error: middlewareError(record(error)) };
  },
};

function eventOf({ collection, fields }: Readonly<Record<string, unknown>>): Told {
  return { is: 'event', event: { collection: text(collection), fields: record(fields) } };
}

function rpcError({ code, message, data }: Readonly<Record<string, unknown>>): ApiError {
  const more = middlewareError(record(data));
  const reason = more.reason === '' ? text(message) : more.reason;
  return { ...more, reason, ...(typeof code === 'number' ? { code } : {}) };
}

/** `error` is a number in JSON-RPC and DDP alike; names of errors are its own or Python's. */
function middlewareError(wire: Readonly<Record<string, unknown>>): ApiError {
  const { errname, reason, extra } = wire;
  const fields = Array.isArray(extra)
    ? extra.flatMap((one) => (Array.isArray(one) ? [`${one[0]}: ${one[1]}`] : []))
    : [];
  const said = [text(reason), ...fields.filter((field) => !text(reason).includes(field))];
  return {
    reason: said.filter(Boolean).join('; '),
    ...(typeof errname === 'string' ? { errname } : {}),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
