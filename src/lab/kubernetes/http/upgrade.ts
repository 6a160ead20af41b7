import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Api } from '../api/api.ts';
import { ApiError, methodNotAllowed } from '../api/errors.ts';
import type { Authorizer } from '../auth/rbac.ts';
import type { Tokens } from '../auth/user.ts';
import { authorize, type Caller, callerOf } from './access.ts';
import { type AuditEvent, auditor } from './audit.ts';
import type { Exchange } from './exchange.ts';
import { type Exec, serveExec, speaksExec } from './exec.ts';
import { containerName } from './log.ts';
import { isTrue, keyOfRequest, resourceRequest } from './request-info.ts';

interface UpgradeContext {
  readonly api: Api;
  readonly authorizer: Authorizer;
  readonly tokens: Tokens;
  readonly exec: Exec;
  readonly audit: (event: AuditEvent) => void;
}

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Only exec upgrades. Refusals are plain HTTP answers with a Status, as from the real server. */
export function handleUpgrade(context: UpgradeContext, { request, socket, head }: Upgrade): void {
  const url = new URL(request.url ?? '/', 'https://lab');
  const target = resourceRequest(request.method ?? 'GET', url, context.api.registry);
  const finish = auditor(
    { audit: context.audit, now: context.api.around.now },
    { request, target },
    randomUUID(),
  );
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
  { api }: UpgradeContext,
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
