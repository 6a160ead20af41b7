import type { IncomingMessage } from 'node:http';
import { ApiError, forbidden, unauthorized } from '../api/errors.ts';
import type { Attributes, Authorizer } from '../auth/rbac.ts';
import { authenticate, impersonated, type Tokens, type User } from '../auth/user.ts';
import type { ResourceRequest } from './request-info.ts';

/** Who sent a request, and whom it wants to be taken for. */
export interface Caller {
  readonly user: User;
  readonly asked: User | undefined;
}

/** @throws {ApiError} 401, or 403 for an impersonation that is not allowed. */
export function callerOf(
  request: IncomingMessage,
  { tokens, authorizer }: { readonly tokens: Tokens; readonly authorizer: Authorizer },
): Caller {
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

/** @throws {ApiError} 403 */
export function authorize(
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
