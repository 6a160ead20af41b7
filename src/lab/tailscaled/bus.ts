import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Backend } from './backend.ts';
import { backendState } from './prefs.ts';
import { statusOf, VERSION } from './status.ts';

/** Bits of `mask`. Source: tailscale ipn/backend.go, NotifyWatchOpt */
const INITIAL_STATE = 2;
const INITIAL_PREFS = 4;
const INITIAL_HEALTH = 128;
const RATE_LIMIT = 256;
const INITIAL_STATUS = 16_384;
/** Asking for these together with {@link RATE_LIMIT} is refused. */
const NOT_RATE_LIMITED = 4_096 | 8_192 | INITIAL_STATUS | 32_768;

/** `ipn.State` on the wire. */
const STATE = { NeedsLogin: 2, Stopped: 4, Running: 6 } as const;

/**
 * The stream of notifications: one JSON object a line, the first with what the mask asks for, then
 * one with the whole preferences after each change of them, once it is in effect.
 */
export function watchBus(backend: Backend, response: ServerResponse, mask: number): void {
  if ((mask & RATE_LIMIT) !== 0 && (mask & NOT_RATE_LIMITED) !== 0) {
    response.statusCode = 400;
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.end('invalid mask: NotifyRateLimit cannot be combined with incremental updates\n');
    return;
  }
  response.setHeader('Content-Type', 'application/json');
  const send = (notify: object) => {
    response.write(`${JSON.stringify({ Version: VERSION, ...notify })}\n`);
  };
  const first = firstNotify(backend, mask);
  if (Object.keys(first).length > 0) send(first);
  else response.flushHeaders();
  const stop = backend.onPrefs((prefs) => send({ Prefs: prefs }));
  response.on('close', stop);
}

function firstNotify(backend: Backend, mask: number): object {
  const { prefs, netmap } = backend;
  return {
    ...((mask & INITIAL_STATE) !== 0
      ? {
          SessionID: randomBytes(8).toString('hex'),
          State: STATE[backendState(prefs)],
        }
      : {}),
    ...((mask & INITIAL_PREFS) !== 0 ? { Prefs: prefs } : {}),
    ...((mask & INITIAL_HEALTH) !== 0 ? { Health: { Warnings: {} } } : {}),
    ...((mask & INITIAL_STATUS) !== 0
      ? { InitialStatus: statusOf(prefs, netmap, { withPeers: true }) }
      : {}),
  };
}
