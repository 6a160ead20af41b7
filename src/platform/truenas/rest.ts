import { Buffer } from 'node:buffer';
import { OutsideError } from '../../model/outside-error.ts';
import type { TruenasCredential } from '../../ports/truenas.ts';
import { jsonOf } from '../json-of.ts';
import { CALL_TIMEOUT_MS, type Channel } from './channel.ts';
import type { Door } from './door.ts';
import { askHttps, type HttpsAsk } from './https.ts';
import { type ApiError, apiProblem, NoSuchMethod, type Secrets } from './problem.ts';

const ROOT = '/api/v2.0';

type Request = Pick<HttpsAsk, 'method' | 'path'> & { readonly body?: unknown };
type Form = (params: readonly unknown[]) => Request;

const get =
  (path: string): Form =>
  () => ({ method: 'GET', path });
/** One parameter is the body; several are a body of names. */
const post =
  (path: string, ...names: readonly string[]): Form =>
  (params) => ({
    method: 'POST',
    path,
    body:
      names.length === 0
        ? params[0]
        : Object.fromEntries(
            names.flatMap((name, at) => (params[at] === undefined ? [] : [[name, params[at]]])),
          ),
  });

/**
 * The methods this program uses, in REST. Up to 25.10 only, and only where no WebSocket gets
 * through: a proxy between may know nothing of them.
 * Source: truenas middleware, restful.py and main.py at TS-24.10.2.4
 */
const FORMS: ReadonlyMap<string, Form> = new Map([
  ['system.info', get('/system/info')],
  ['system.version', get('/system/version')],
  ['auth.me', get('/auth/me')],
  ['auth.generate_token', post('/auth/generate_token', 'ttl', 'attrs', 'match_origin')],
  ['interface.query', get('/interface')],
  ['route.system_routes', get('/route/system_routes')],
  ['network.general.summary', get('/network/general/summary')],
  ['app.query', get('/app')],
  ['app.config', post('/app/config')],
  ['docker.config', get('/docker')],
  ['service.query', get('/service')],
  ['nfs.config', get('/nfs')],
  ['sharing.nfs.query', get('/sharing/nfs')],
  ['alert.list', get('/alert/list')],
  ['audit.query', post('/audit/query')],
  ['core.ping_remote', post('/core/ping_remote')],
  ['core.arp', post('/core/arp')],
  ['core.get_jobs', jobsBy],
  [
    'app.update',
    ([name, values]) => ({
      method: 'PUT',
      path: `/app/id/${encodeURIComponent(String(name))}`,
      body: values,
    }),
  ],
]);

/** `[["id", "=", 7]]` as REST wants it: `?id=7`. */
function jobsBy([filters]: readonly unknown[]): Request {
  const [first] = Array.isArray(filters) ? filters : [];
  const id = Array.isArray(first) ? Number(first[2]) : Number.NaN;
  return { method: 'GET', path: `/core/get_jobs${Number.isNaN(id) ? '' : `?id=${id}`}` };
}

/** REST v2.0, each call a request of its own; nothing is told of its own accord. */
export function restChannel(
  door: Door,
  { credential, secrets }: { readonly credential: TruenasCredential; readonly secrets: Secrets },
): Channel {
  const authorization = authorizationOf(credential);
  secrets.add(authorization);
  return {
    transport: 'REST v2.0',
    ended: false,
    whenEnded: new Promise(() => {}),
    async call(method, params, { signal, timeoutMs = CALL_TIMEOUT_MS }) {
      const doing = `call ${method} on ${door.host}`;
      const form = FORMS.get(method);
      if (!form) {
        const found = 'it has no known form in REST v2.0';
        throw new NoSuchMethod({ doing, found, next: 'let WebSockets through to the NAS' });
      }
      const { method: verb, path, body } = form(params);
      const answer = await askHttps(
        door,
        {
          method: verb,
          path: ROOT + path,
          authorization,
          timeoutMs,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        signal,
      );
      return answerOf(answer, doing, secrets);
    },
    subscribe: () => Promise.resolve(false),
    onEvent: () => () => {},
    close() {},
  };
}

/** Whether this release has REST at all; asked without a credential. */
export async function hasRest(door: Door, signal: AbortSignal): Promise<boolean> {
  const ask = { method: 'GET', path: `${ROOT}/system/version`, timeoutMs: 10_000 } as const;
  const { status } = await askHttps(door, ask, signal);
  return status === 200 || status === 401;
}

function authorizationOf(credential: TruenasCredential): string {
  if (credential.kind === 'api-key') return `Bearer ${credential.key}`;
  const { username, password } = credential;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function answerOf(
  { status, body }: { readonly status: number; readonly body: string },
  doing: string,
  secrets: Secrets,
): unknown {
  const value = jsonOf(body);
  if (status === 200 && value !== undefined) return value;
  if (status === 401) {
    throw new OutsideError({
      doing,
      found: 'the API does not accept the key or password',
      next: 'make a new key: Credentials > Users > API Keys; one that came over plain HTTP is revoked',
    });
  }
  throw apiProblem(doing, errorOf(status, value), secrets);
}

function errorOf(status: number, value: unknown): ApiError {
  if (status === 404) return { errname: 'ENOMETHOD', reason: 'HTTP 404' };
  if (status === 403) return { errname: 'EACCES', reason: 'HTTP 403' };
  const { message } = Object(value) as { message?: unknown };
  const words = typeof message === 'string' ? message : JSON.stringify(value ?? '');
  return { reason: `HTTP ${status}: ${words}` };
}
