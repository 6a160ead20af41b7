import { OutsideError } from '../../model/outside-error.ts';

/** The connection ended while an answer was awaited: whether it was done is not known. */
export class ConnectionLost extends OutsideError {}

/** The API has no such method: another release than we thought, or another way to say it. */
export class NoSuchMethod extends OutsideError {}

/** Texts that must not appear in any message, whoever quotes them. */
export class Secrets {
  readonly #all = new Set<string>();

  add(...secrets: readonly string[]): void {
    for (const secret of secrets.filter(({ length }) => length > 3)) {
      this.#all.add(secret);
      // as JSON writes it, where it has quotes or backslashes
      this.#all.add(JSON.stringify(secret).slice(1, -1));
    }
  }

  /** The text without them, without control characters, in one line, 300 characters at most. */
  hide(text: string): string {
    let shown = text;
    for (const secret of this.#all) shown = shown.replaceAll(secret, '***');
    return shown
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, 300);
  }
}

/** An error as JSON-RPC, DDP or REST tell it, in one shape. */
export interface ApiError {
  readonly code?: number | undefined;
  /** Of the middleware: `EBUSY`, `EACCES`. */
  readonly errname?: string | undefined;
  readonly reason: string;
}

/** How DDP words it; the number beside it differs between releases. */
const NO_METHOD = /^(?:\[\w+\] )?(?:Method|Service)\b.*\b(?:not found|does not exist)/i;

/** What a refusal of the API means, in words. Source: truenas middleware, api/base/server/ws_handler/rpc.py */
export function apiProblem(doing: string, error: ApiError, secrets: Secrets): OutsideError {
  const { code, errname = '' } = error;
  const reason = secrets.hide(error.reason);
  if (code === -32601 || errname === 'ENOMETHOD' || NO_METHOD.test(reason)) {
    const found = 'this release has no such method';
    return new NoSuchMethod({ doing, found, next: 'see docs/truenas.md for the releases known' });
  }
  if (errname === 'EBUSY' && /rate.?limit/i.test(reason)) {
    const next = 'wait a minute; too many log-ins came from this address';
    return new OutsideError({ doing, found: `the API limits the rate: ${reason}`, next });
  }
  if (code === -32000) {
    const next = 'try again; another program may keep this NAS busy';
    return new OutsideError({ doing, found: 'the API has too many calls to do', next });
  }
  if (errname === 'EACCES' || errname === 'EPERM' || /not authori[sz]ed/i.test(reason)) {
    const next = 'give the user of the key the role that docs/truenas.md names for it';
    return new OutsideError({ doing, found: `not allowed: ${reason || errname}`, next });
  }
  const named = errname !== '' && !reason.startsWith(`[${errname}]`);
  const words = `${named ? `[${errname}] ` : ''}${reason || `code ${code}`}`;
  return new OutsideError({ doing, found: words, next: 'see /var/log/middlewared.log of the NAS' });
}

/** Codes of Node.js, what was found, and what to do. */
const BY_CODE: Readonly<Record<string, readonly [found: string, next: string]>> = {
  ECONNREFUSED: [
    'the connection was refused',
    'check the HTTPS port (System > General Settings > GUI), and that the middleware runs',
  ],
  ETIMEDOUT: ['nothing answered', 'try its tailnet address as well: truenas://LAN,TAILNET'],
  EHOSTUNREACH: ['there is no way to that host', 'check the address'],
  ENETUNREACH: ['this machine has no route there', 'check the address'],
  ENOTFOUND: ['its name cannot be resolved', 'use an address'],
  EAI_AGAIN: ['DNS gave no answer', 'use an address'],
  ECONNRESET: [
    'the connection was cut',
    'check the allow-list of the GUI (System > General Settings)',
  ],
  EPIPE: ['the connection was cut', 'try again'],
};

const PLAIN_NEXT =
  'name the HTTPS port, as in truenas://HOST:443; no key or password is ever sent without TLS';

/** What a connection that failed means, in words. */
export function connectionProblem(doing: string, error: unknown): OutsideError {
  if (error instanceof OutsideError) return error;
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  const known = BY_CODE[code];
  if (known) return new OutsideError({ doing, found: known[0], next: known[1], cause: error });
  if (code === 'EPROTO' || /^ERR_SSL|^ERR_TLS/.test(code)) {
    const found = `it does not speak TLS there (${code})`;
    return new OutsideError({ doing, found, next: PLAIN_NEXT, cause: error });
  }
  const found = message.replace(/\s+/g, ' ').slice(0, 200);
  return new OutsideError({ doing, found, next: 'check the address and the port', cause: error });
}
