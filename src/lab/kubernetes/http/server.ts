import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Api } from '../api/api.ts';
import { methodNotAllowed, noSuchPath } from '../api/errors.ts';
import type { KeyPair } from '../auth/certificates.ts';
import type { Authorizer } from '../auth/rbac.ts';
import { ANONYMOUS, type Tokens } from '../auth/user.ts';
import { createOpenApi, type OpenApi } from '../openapi/documents.ts';
import { authorize, type Caller, callerOf } from './access.ts';
import { type AuditEvent, auditor } from './audit.ts';
import { handleDelete, handleDeleteCollection } from './delete.ts';
import { type Exchange, readFields, sendError, sendObject } from './exchange.ts';
import type { Exec } from './exec.ts';
import { sendList } from './list.ts';
import { type LogSource, sendLog } from './log.ts';
import { createPages, type Pages } from './pages.ts';
import { keyOfRequest, type ResourceRequest, resourceRequest } from './request-info.ts';
import { answerReview } from './reviews.ts';
import { sendRoot, VERSION } from './roots.ts';
import { sendOne } from './send-one.ts';
import { handleSubresource } from './subresources.ts';
import { handleUpgrade } from './upgrade.ts';
import { sendWatch } from './watch.ts';
import { handleCreate, handlePatch, handleUpdate } from './write.ts';

export interface ServerParts {
  readonly api: Api;
  readonly authorizer: Authorizer;
  readonly tokens: Tokens;
  readonly logs: LogSource;
  readonly exec: Exec;
  readonly audit: (event: AuditEvent) => void;
  /** Waited for before a request is served: 0, or more where the lab plays an overloaded server. */
  readonly delayMs: (method: string) => number;
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
  server.on('upgrade', (request, socket, head) =>
    handleUpgrade(context, { request, socket, head }),
  );
  return server;
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
  const finish = auditor({ audit: context.audit, now: context.api.around.now }, exchange, auditId);
  let caller: Caller | undefined;
  response.on('close', () => finish(caller, response.statusCode));
  try {
    caller = callerOf(request, context);
    await delay(context.delayMs(request.method ?? 'GET'));
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
