import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Api } from '../api/api.ts';
import { ApiError, forbidden, methodNotAllowed, noSuchPath, unauthorized } from '../api/errors.ts';
import type { KeyPair } from '../auth/certificates.ts';
import type { Attributes, Authorizer } from '../auth/rbac.ts';
import { ANONYMOUS, authenticate, impersonated, type Tokens, type User } from '../auth/user.ts';
import { createOpenApi, type OpenApi } from '../openapi/documents.ts';
import { type AuditEvent, auditEvent } from './audit.ts';
import { type Exchange, readFields, sendError, sendObject } from './exchange.ts';
import { type Exec, serveExec, speaksExec } from './exec.ts';
import { sendList } from './list.ts';
import { containerName, type LogSource, sendLog } from './log.ts';
import { createPages, type Pages } from './pages.ts';
import { isTrue, keyOfRequest, type ResourceRequest, resourceRequest } from './request-info.ts';
import { answerReview } from './reviews.ts';
import { sendRoot, VERSION } from './roots.ts';
import { handleSubresource } from './subresources.ts';
import { sendWatch } from './watch.ts';
import {
  handleCreate,
  handleDelete,
  handleDeleteCollection,
  handlePatch,
  handleUpdate,
  sendOne,
} from './write.ts';

export interface ServerParts {
  readonly api: Api;
  readonly authorizer: Authorizer;
  readonly tokens: Tokens;
  readonly logs: LogSource;
  readonly exec: Exec;
  readonly audit: (event: AuditEvent) => void;
  /** Waited for before each answer: 0, or more where the lab plays an overloaded server. */
  readonly delayMs: () => number;
}

interface Context extends ServerParts {
  readonly pages: Pages;
  readonly openApi: OpenApi;
}

/** The API over TLS. Clients may show a certificate of `clientCa`. */
export function createApiServer(
  parts: ServerParts,
  { certificate, key, clientCa }: KeyPair & { readonly clientCa: string },
): Server {
  const openApi = createOpenApi(parts.api.registry, VERSION.gitVersion);
  const context = { ...parts, pages: createPages(parts.api.around.now), openApi };
  const server = createServer(
    { cert: certificate, key, ca: clientCa, requestCert: true, rejectUnauthorized: false },
    (request, response) => void handle(context, request, response),
  );
  server.on('upgrade', (request, socket, head) => upgrade(context, { request, socket, head }));
  return server;
}

interface Caller {
  readonly user: User;
  readonly asked: User | undefined;
}

/** @throws {ApiError} 401, or 403 for an impersonation that is not allowed. */
function callerOf(request: IncomingMessage, { tokens, authorizer }: Context): Caller {
  const user = authenticate(request, tokens);
  if (!user) throw unauthorized();
  const asked = impersonated(request);
  if (asked) {
    for (const [resource, names] of [
      ['users', [asked.name]],
      ['groups', askedGroups(request)],
    ] as const) {
      for (const name of names) {
        const wanted = { verb: 'impersonate', group: '', resource, name };
        if (!authorizer.decide(user, wanted).allowed) throw denied(user, wanted);
      }
    }
  }
  return { user, asked };
}

function askedGroups({ headers }: IncomingMessage): readonly string[] {
  const groups = headers['impersonate-group'];
  return typeof groups === 'string' ? groups.split(',').map((group) => group.trim()) : [];
}

async function handle(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://lab');
  const auditId = randomUUID();
  response.setHeader('Audit-Id', auditId);
  const target = resourceRequest(request.method ?? 'GET', url, context.api.registry);
  const exchange = { request, response, url, user: ANONYMOUS, target, warnings: [] };
  const finish = auditor(context, exchange, auditId);
  let caller: Caller | undefined;
  response.on('close', () => finish(caller, response.statusCode));
  try {
    caller = callerOf(request, context);
    await delay(context.delayMs());
    const user = caller.asked ?? caller.user;
    authorize(context.authorizer, user, { target, url, method: request.method ?? 'GET' });
    await route({ ...exchange, user }, context);
  } catch (error) {
    sendError(exchange, error);
  }
}

function delay(ms: number): Promise<void> | undefined {
  if (ms <= 0) return undefined;
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function auditor(
  { audit, api }: Context,
  { request, target }: Pick<Exchange, 'request' | 'target'>,
  auditId: string,
): (caller: Caller | undefined, code: number) => void {
  const receivedUnixMs = api.around.now();
  return (caller, code) =>
    audit(
      auditEvent({
        auditId,
        requestUri: request.url ?? '/',
        method: request.method ?? 'GET',
        user: caller?.user ?? ANONYMOUS,
        impersonated: caller?.asked,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: request.headers['user-agent'] ?? '',
        target,
        code,
        receivedUnixMs,
        completedUnixMs: api.around.now(),
      }),
    );
}

function authorize(
  authorizer: Authorizer,
  user: User,
  { target, url, method }: { target: ResourceRequest | undefined; url: URL; method: string },
): void {
  const wanted: Attributes = target
    ? {
        verb: target.verb,
        group: target.resource.group,
        resource: target.resource.plural,
        subresource: target.subresource,
        namespace: target.namespace,
        name: target.name,
      }
    : { verb: method.toLowerCase(), path: url.pathname };
  if (!authorizer.decide(user, wanted).allowed) throw denied(user, wanted, target);
}

/** Source: apiserver pkg/endpoints/handlers/responsewriters, forbiddenMessage. */
function denied(user: User, wanted: Attributes, target?: ResourceRequest): ApiError {
  if ('path' in wanted) {
    const why = `User "${user.name}" cannot ${wanted.verb} path "${wanted.path}"`;
    return new ApiError(403, 'Forbidden', `forbidden: ${why}`, {});
  }
  const { verb, group, resource, subresource, namespace, name = '' } = wanted;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
  const why = `User "${user.name}" cannot ${verb} resource "${whole}" in API group "${group}" ${where}`;
  if (target) return forbidden(target.resource, name, why);
  return new ApiError(403, 'Forbidden', `${whole} "${name}" is forbidden: ${why}`, {
    name,
    kind: whole,
  });
}

async function route(exchange: Exchange, context: Context): Promise<void> {
  const { target } = exchange;
  if (!target) return sendRoot(exchange, context);
  const { resource, subresource, verb } = target;
  if (subresource === 'log' && verb === 'get') {
    const { object } = context.api.read(resource, keyOfRequest(target));
    const now = context.api.around.now();
    return sendLog(exchange, object, { source: context.logs, now });
  }
  if (subresource !== undefined) return handleSubresource(exchange, target, context);
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
  if (verb === 'create') return createOrReview(exchange, target, context);
  return handleVerb(exchange, target, context);
}

async function handleVerb(
  exchange: Exchange,
  target: ResourceRequest,
  { api, pages }: Context,
): Promise<void> {
  const { resource, verb } = target;
  switch (verb) {
    case 'get': {
      const { object } = api.read(resource, keyOfRequest(target));
      return sendOne(exchange, object, { resource, now: api.around.now() });
    }
    case 'list':
      return sendList(exchange, target, { api, pages });
    case 'watch':
      return sendWatch(exchange, target, api);
    case 'update':
      return handleUpdate(exchange, target, api);
    case 'patch':
      return handlePatch(exchange, target, api);
    case 'delete':
      return handleDelete(exchange, target, api);
    case 'deletecollection':
      return handleDeleteCollection(exchange, target, api);
    default:
      throw methodNotAllowed();
  }
}

async function createOrReview(
  exchange: Exchange,
  target: ResourceRequest,
  context: Context,
): Promise<void> {
  if (target.resource.verbs.length > 1) return handleCreate(exchange, target, context.api);
  const body = await readFields(exchange.request);
  const answer = answerReview(target.resource.kind, body, { ...context, user: exchange.user });
  if (!answer) throw noSuchPath();
  sendObject(exchange, 201, answer);
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Only exec upgrades. Refusals are plain HTTP answers with a Status, as from the real server. */
function upgrade(context: Context, { request, socket, head }: Upgrade): void {
  const url = new URL(request.url ?? '/', 'https://lab');
  const target = resourceRequest(request.method ?? 'GET', url, context.api.registry);
  const finish = auditor(context, { request, target }, randomUUID());
  let caller: Caller | undefined;
  try {
    caller = callerOf(request, context);
    const method = request.method ?? 'GET';
    authorize(context.authorizer, caller.asked ?? caller.user, { target, url, method });
    const ask = execAsk(context, { request, target, url });
    finish(caller, 101);
    serveExec({ request, socket, head }, ask, context.exec);
  } catch (error) {
    const known =
      error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error));
    finish(caller, known.code);
    const body = JSON.stringify(known.status());
    socket.end(
      `HTTP/1.1 ${known.code} ${known.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
}

function execAsk(
  { api }: Context,
  { request, target, url }: Pick<Exchange, 'request' | 'target' | 'url'>,
): Parameters<typeof serveExec>[1] {
  if (target?.subresource !== 'exec') throw methodNotAllowed();
  const pod = api.read(target.resource, keyOfRequest(target)).object;
  const container = containerName(pod, url.searchParams.get('container'));
  if (!isRunning(pod, container)) {
    const why = `unable to upgrade connection: container not found ("${container}")`;
    throw new ApiError(500, 'InternalError', `Internal error occurred: ${why}`, {
      causes: [{ message: why }],
    });
  }
  if (!speaksExec(request)) {
    throw new ApiError(
      400,
      'BadRequest',
      'unable to upgrade: only WebSocket with v5.channel.k8s.io or v4.channel.k8s.io is supported',
    );
  }
  return {
    pod,
    container,
    argv: url.searchParams.getAll('command'),
    tty: isTrue(url.searchParams.get('tty')),
    hasStdin: isTrue(url.searchParams.get('stdin')),
  };
}

function isRunning(pod: { readonly [field: string]: unknown }, container: string): boolean {
  const { containerStatuses = [] } = (pod['status'] ?? {}) as {
    containerStatuses?: readonly { name: string; state?: { running?: unknown } }[];
  };
  return containerStatuses.some(({ name, state }) => name === container && state?.running);
}
