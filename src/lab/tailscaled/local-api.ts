import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Backend } from './backend.ts';
import { watchBus } from './bus.ts';
import { type Prefs, readMaskedPrefs } from './prefs.ts';
import { CAPABILITY_VERSION, statusOf, VERSION } from './status.ts';

/** What the other end of the socket may do. Everybody may read. */
export interface Permission {
  readonly write: boolean;
}

type Handler = (ask: Ask) => void | Promise<void>;

interface Ask {
  readonly backend: Backend;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly permission: () => Promise<Permission>;
  readonly body: () => Promise<string>;
}

const PREFIX = '/localapi/v0/';
const HOST = 'local-tailscaled.sock';
const BODY_LIMIT_BYTES = 1_000_000;

const HANDLERS: Readonly<Record<string, Handler>> = {
  prefs: servePrefs,
  status: serveStatus,
  'check-prefs': checkPrefs,
  'watch-ipn-bus': serveBus,
};

/**
 * Answers one LocalAPI request as tailscaled 1.102 does: who may, which words, which status codes.
 *
 * Source: tailscale ipn/localapi/localapi.go, ServeHTTP() and the serve… handlers
 */
export async function serveLocalApi(
  backend: Backend,
  request: IncomingMessage,
  response: ServerResponse,
  permission: () => Promise<Permission>,
): Promise<void> {
  const { host = '', origin, referer } = request.headers;
  if (referer || origin || (host !== '' && host !== HOST)) {
    return plain(response, 403, 'invalid localapi request');
  }
  setHeaders(response);
  const url = new URL(request.url ?? '/', `http://${HOST}`);
  if (url.pathname === '/') return raw(response, 'tailscaled\n');
  const name = url.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : '';
  const handler = Object.hasOwn(HANDLERS, name) ? HANDLERS[name] : undefined;
  if (!handler) return plain(response, 404, '404 page not found');
  const body = () => readBody(request);
  await handler({ backend, request, response, query: url.searchParams, permission, body });
}

async function servePrefs({ backend, request, response, permission, body }: Ask): Promise<void> {
  if (request.method === 'GET' || request.method === 'HEAD') {
    return indented(response, backend.prefs);
  }
  if (request.method !== 'PATCH') return plain(response, 405, 'unsupported method');
  if (!(await permission()).write) return plain(response, 403, 'prefs write access denied');
  log('localapi: [PATCH] /localapi/v0/prefs');
  let change: Partial<Prefs>;
  try {
    change = readMaskedPrefs(await body());
  } catch (error) {
    return plain(response, 400, wordsOf(error));
  }
  try {
    const before = JSON.stringify(backend.prefs);
    const after = await backend.edit(change);
    if (JSON.stringify(after) !== before) log(`EditPrefs: MaskedPrefs{${goFields(change)}}`);
    indented(response, after);
  } catch (error) {
    compact(response, 400, { Error: wordsOf(error) });
  }
}

async function checkPrefs({ request, response, permission, body }: Ask): Promise<void> {
  if (!(await permission()).write) return plain(response, 403, 'checkprefs access denied');
  if (request.method !== 'POST') return plain(response, 405, 'unsupported method');
  try {
    readMaskedPrefs(await body());
  } catch (error) {
    process.stderr.write(`check-prefs: ${wordsOf(error)}\n`);
    return plain(response, 400, 'invalid JSON body');
  }
  compact(response, 200, {});
}

function serveStatus({ backend, response, query }: Ask): void {
  const withPeers = !['0', 'f', 'false'].includes((query.get('peers') ?? '').toLowerCase());
  indented(response, statusOf(backend.prefs, backend.netmap, withPeers));
}

async function serveBus({ backend, response, query }: Ask): Promise<void> {
  const text = query.get('mask') ?? '';
  if (text !== '' && !/^\d+$/.test(text)) return plain(response, 400, 'bad mask');
  watchBus(backend, response, Number(text));
}

function setHeaders(response: ServerResponse): void {
  response.setHeader('Tailscale-Version', VERSION);
  response.setHeader('Tailscale-Cap', CAPABILITY_VERSION);
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; frame-ancestors 'none'; script-src 'none'; script-src-elem 'none'; script-src-attr 'none'",
  );
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** Go's `http.Error`: text with a line feed. */
function plain(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(`${text}\n`);
}

function raw(response: ServerResponse, text: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(text);
}

/** Go's encoder with a tab as indent, which is why people grep prefs line by line. */
function indented(response: ServerResponse, value: object): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(`${JSON.stringify(value, null, '\t')}\n`);
}

function compact(response: ServerResponse, status: number, value: object): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(`${JSON.stringify(value)}\n`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT_BYTES) throw new RangeError('http: request body too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The daemon's log, in which tailscaled leaves who changed what: `2026/11/23 03:07:41 …`, UTC. */
function log(text: string): void {
  const time = new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
  process.stdout.write(`${time} ${text}\n`);
}

function goFields(change: Partial<Prefs>): string {
  return Object.entries(change)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' ');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
