import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Trouble } from '../protocol.ts';
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
  readonly trouble: Trouble | undefined;
}

/** How one asks, and what goes wrong on purpose. */
export interface Circumstances {
  readonly permission: () => Promise<Permission>;
  readonly trouble?: Trouble | undefined;
}

const PREFIX = '/localapi/v0/';
const HOST = 'local-tailscaled.sock';
const BODY_LIMIT_BYTES = 1_000_000;

const HANDLERS: Readonly<Record<string, Handler>> = {
  prefs: servePrefs,
  status: serveStatus,
  'check-prefs': checkPrefs,
  'watch-ipn-bus': serveBus,
  start: serveStart,
  logout: serveLogout,
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
  { permission, trouble }: Circumstances,
): Promise<void> {
  if (trouble === 'api-hangs') return;
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
  const mayWrite = async () => (trouble === 'api-forbids' ? { write: false } : await permission());
  const query = url.searchParams;
  await handler({ backend, request, response, query, permission: mayWrite, body, trouble });
}

async function servePrefs(ask: Ask): Promise<void> {
  const { backend, request, response, permission, body, trouble } = ask;
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
    if (trouble === 'api-ignores') return indented(response, { ...backend.prefs, ...change });
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

/** `ipn.Options`: what `tailscale up` sends to a node that needs a log-in. */
async function serveStart({ backend, request, response, permission, body }: Ask): Promise<void> {
  if (!(await permission()).write) return plain(response, 403, 'access denied');
  if (request.method !== 'POST') return plain(response, 405, 'want POST');
  try {
    const options = JSON.parse(await body()) as { UpdatePrefs?: Prefs; AuthKey?: string };
    await backend.start(options.UpdatePrefs ?? backend.prefs, options.AuthKey);
    log(`Start: logged in as ${backend.prefs.Hostname}, RouteAll=${backend.prefs.RouteAll}`);
    response.writeHead(204).end();
  } catch (error) {
    compact(response, 500, { Error: wordsOf(error) });
  }
}

async function serveLogout({ backend, request, response, permission }: Ask): Promise<void> {
  if (!(await permission()).write) return plain(response, 403, 'logout access denied');
  if (request.method !== 'POST') return plain(response, 405, 'want POST');
  await backend.logOut();
  log('Logout: profile deleted');
  response.writeHead(204).end();
}

function serveStatus({ backend, response, query, trouble }: Ask): void {
  const withPeers = !['0', 'f', 'false'].includes((query.get('peers') ?? '').toLowerCase());
  indented(response, statusOf(backend.prefs, backend.netmap, { withPeers, trouble }));
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
