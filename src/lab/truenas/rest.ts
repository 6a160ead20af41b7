import type { IncomingMessage } from 'node:http';
import { accountNamed, isSameSecret } from './accounts.ts';
import { tryApiKey } from './authenticate.ts';
import { CallError, ValidationErrors } from './call-error.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Method, Nas } from './method.ts';
import { createSession, type Origin, type Session } from './session.ts';

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Ask {
  readonly request: IncomingMessage;
  readonly origin: Origin;
  readonly body: string;
}

interface Target {
  readonly name: string;
  readonly method: Method;
  /** What the path already says of the parameters. */
  readonly given: readonly unknown[];
}

const PREFIX = '/api/v2.0';
const UNAUTHORIZED: Answer = {
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="FreeNAS"' },
};

/**
 * REST v2.0, which is derived from the methods: `GET /a/b` calls `a.b` or `a.b.query`, `GET
 * /a/id/X` `a.get_instance`, `PUT /a/id/X` `a.update`, `DELETE` `a.delete`, and `POST /a/b` `a.b` or
 * `a.b.create`. A body is the only parameter, or an object with all of them by name.
 * Source: truenas/middleware restful.py at TS-25.10
 */
export async function answerRest(
  nas: Nas,
  dispatcher: Dispatcher,
  { request, origin, body }: Ask,
): Promise<Answer> {
  const nothing = () => {};
  const session = createSession(origin, 'REST', { notify: nothing, cut: nothing });
  if (!(await enter(nas, session, request.headers.authorization ?? ''))) return UNAUTHORIZED;
  const url = new URL(request.url ?? '/', 'https://nas');
  const path = decodeURIComponent(url.pathname.slice(PREFIX.length)).split('/').filter(Boolean);
  const target = targetOf(dispatcher, request.method ?? 'GET', path);
  if (!target) return { status: isKnown(dispatcher, path) ? 405 : 404 };
  try {
    const params = [...target.given, ...paramsOf(target, url.searchParams, body)];
    const result = await dispatcher.call({ session, method: target.name, params });
    return { status: 200, body: JSON.stringify(result ?? null) };
  } catch (error) {
    return failed(error as Error);
  }
}

/** A key as bearer, or a name and a password. */
async function enter(nas: Nas, session: Session, authorization: string): Promise<boolean> {
  const [, scheme, text = ''] = /^(Bearer|Basic) (.+)$/.exec(authorization) ?? [];
  if (scheme === 'Bearer') {
    const outcome = await tryApiKey(nas, session, text);
    if (outcome.is === 'SUCCESS') session.credentials = outcome.credentials;
  }
  if (scheme === 'Basic') {
    const [username = '', password = ''] = Buffer.from(text, 'base64').toString().split(/:(.*)/s);
    const account = accountNamed(username);
    const known = account?.password;
    // there is no place for a one-time code
    if (account && known !== undefined && !account.otpSecret && isSameSecret(password, known)) {
      session.credentials = { kind: 'LOGIN_PASSWORD', account };
    }
  }
  return session.credentials !== undefined;
}

function targetOf(
  { methodNamed }: Dispatcher,
  verb: string,
  path: readonly string[],
): Target | undefined {
  const { service, id } = readPath(path);
  const given = id === undefined ? [] : [/^\d+$/.test(id) ? Number(id) : id];
  const find = (...names: readonly string[]): Target | undefined => {
    const name = names.find((one) => methodNamed(one) !== undefined);
    const method = name === undefined ? undefined : methodNamed(name);
    return name !== undefined && method ? { name, method, given } : undefined;
  };
  if (verb === 'GET') {
    if (id !== undefined) return find(`${service}.get_instance`);
    const found = find(service, `${service}.query`, `${service}.config`);
    return found?.method.params.every((name) => name.endsWith('?')) ? found : undefined;
  }
  if (verb === 'PUT') return find(`${service}.update`);
  if (verb === 'DELETE') return id === undefined ? undefined : find(`${service}.delete`);
  const posted = verb === 'POST' ? find(service, `${service}.create`) : undefined;
  return posted && posted.method.params.length > 0 ? posted : undefined;
}

/** `pool/dataset/id/X` is service `pool.dataset` with id `X`; without an id all of it is the service. */
function readPath(path: readonly string[]): { service: string; id: string | undefined } {
  const idAt = path.indexOf('id');
  if (idAt <= 0) return { service: path.join('.'), id: undefined };
  return { service: path.slice(0, idAt).join('.'), id: path[idAt + 1] };
}

function isKnown(dispatcher: Dispatcher, path: readonly string[]): boolean {
  return ['GET', 'POST', 'PUT', 'DELETE'].some((verb) => targetOf(dispatcher, verb, path));
}

function paramsOf({ method, given }: Target, query: URLSearchParams, body: string): unknown[] {
  const names = method.params.slice(given.length).map((name) => name.replace('?', ''));
  if (names[0] === 'filters') return [filtersOf(query), {}];
  if (body === '') return [];
  const value: unknown = JSON.parse(body);
  if (names.length <= 1) return [value];
  // whoever sends `{"values": …}` to update an app sends its one remaining parameter
  const fields = value as Readonly<Record<string, unknown>>;
  return names.map((name) => fields[name]);
}

const OPTIONS = ['limit', 'offset', 'count', 'sort'];

function filtersOf(query: URLSearchParams): readonly unknown[] {
  return [...query]
    .filter(([name]) => !OPTIONS.includes(name))
    .map(([name, value]) => [name, '=', /^\d+$/.test(value) ? Number(value) : value]);
}

function failed(error: Error): Answer {
  if (error instanceof ValidationErrors) {
    const isAbsent = error.errors.some(([field]) => field === null);
    const fields = error.errors.map(([field, message, errno]) => [field, [{ message, errno }]]);
    return { status: isAbsent ? 404 : 422, body: JSON.stringify(Object.fromEntries(fields)) };
  }
  if (error instanceof SyntaxError) return { status: 400, body: JSON.stringify(error.message) };
  if (error instanceof CallError && error.errname === 'EACCES') return { status: 403 };
  return { status: 500, body: JSON.stringify({ message: error.message, traceback: '' }) };
}
