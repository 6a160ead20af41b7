import { ANONYMOUS, type User } from '../auth/user.ts';
import type { Caller } from './access.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceRequest } from './request-info.ts';

/** One answered request, in the shape of `audit.k8s.io/v1` at level Metadata: no bodies. */
export interface AuditEvent {
  readonly kind: 'Event';
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly level: 'Metadata';
  readonly auditID: string;
  readonly stage: 'ResponseComplete';
  readonly requestURI: string;
  readonly verb: string;
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  readonly impersonatedUser?: { readonly username: string; readonly groups: readonly string[] };
  readonly sourceIPs: readonly string[];
  readonly userAgent: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly apiVersion: string;
    readonly subresource?: string;
  };
  readonly responseStatus: { readonly code: number };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** Notes when a request came; the returned function writes the entry once it was answered. */
export function auditor(
  { audit, now }: { readonly audit: (event: AuditEvent) => void; now(): number },
  { request, target }: Pick<Exchange, 'request' | 'target'>,
  auditId: string,
): (caller: Caller | undefined, code: number) => void {
  const receivedUnixMs = now();
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
        completedUnixMs: now(),
      }),
    );
}

interface AuditFacts {
  readonly auditId: string;
  readonly requestUri: string;
  readonly method: string;
  readonly user: User;
  readonly impersonated: User | undefined;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly target: ResourceRequest | undefined;
  readonly code: number;
  readonly receivedUnixMs: number;
  readonly completedUnixMs: number;
}

function auditEvent(facts: AuditFacts): AuditEvent {
  const { target, impersonated } = facts;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: facts.auditId,
    stage: 'ResponseComplete',
    requestURI: facts.requestUri,
    verb: target?.verb ?? facts.method.toLowerCase(),
    user: person(facts.user),
    ...(impersonated ? { impersonatedUser: person(impersonated) } : {}),
    sourceIPs: [facts.sourceIp],
    userAgent: facts.userAgent,
    ...(target ? { objectRef: objectRef(target) } : {}),
    responseStatus: { code: facts.code },
    requestReceivedTimestamp: new Date(facts.receivedUnixMs).toISOString(),
    stageTimestamp: new Date(facts.completedUnixMs).toISOString(),
  };
}

function person({ name, groups }: User): { username: string; groups: readonly string[] } {
  return { username: name, groups };
}

function objectRef(target: ResourceRequest): NonNullable<AuditEvent['objectRef']> {
  const { resource, namespace, name, subresource } = target;
  return {
    resource: resource.plural,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(resource.group ? { apiGroup: resource.group } : {}),
    apiVersion: resource.version,
    ...(subresource ? { subresource } : {}),
  };
}
