import type { Registry } from '../resources/registry.ts';
import type { Resource } from '../resources/resource.ts';

/** A path under `/api` or `/apis` that names objects. */
export interface ResourceRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What follows a `proxy` subresource. */
  readonly rest: string;
  /** As RBAC and the audit log name it: `get`, `list`, `deletecollection`, … */
  readonly verb: string;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
};

/**
 * Takes a request path apart. `undefined` for paths that name no known resource.
 *
 * Source: apiserver pkg/endpoints/request, RequestInfoFactory.
 */
export function resourceRequest(
  method: string,
  url: URL,
  registry: Registry,
): ResourceRequest | undefined {
  const parts = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root, ...after] = parts;
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : (after.shift() ?? '');
  const [version = '', ...path] = after;
  const isInside =
    path[0] === 'namespaces' && path.length > 2 && !OF_NAMESPACE.includes(path[2] ?? '');
  const namespace = isInside ? path[1] : undefined;
  const [plural = '', name, subresource, ...rest] = isInside ? path.slice(2) : path;
  const resource = registry.find(group, version, plural);
  if (!resource) return undefined;
  const isSelf = resource.plural === 'namespaces' && group === '';
  return {
    resource,
    namespace: isSelf ? name : namespace,
    name,
    subresource,
    rest: rest.join('/'),
    verb: verbOf(method, { hasName: name !== undefined, query: url.searchParams }),
  };
}

/** Subresources of a namespace itself; any other third part is a resource inside it. */
const OF_NAMESPACE = ['status', 'finalize'];

function verbOf(
  method: string,
  { hasName, query }: { readonly hasName: boolean; readonly query: URLSearchParams },
): string {
  if (method === 'GET' && isTrue(query.get('watch'))) return 'watch';
  if (method === 'GET' && !hasName) return 'list';
  if (method === 'DELETE' && !hasName) return 'deletecollection';
  return VERBS[method] ?? method.toLowerCase();
}

export function isTrue(value: string | null): boolean {
  return value !== null && value !== '' && value !== 'false' && value !== '0';
}

/** The store's key for a request that names one object. */
export function keyOfRequest({ resource, namespace, name = '' }: ResourceRequest): string {
  return resource.namespaced ? `${namespace ?? ''}/${name}` : name;
}
