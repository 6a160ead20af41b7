import type { WriteOptions } from '../api/api.ts';
import { badRequest } from '../api/errors.ts';
import { type Fields, isFields, type KubeObject, withMeta } from '../object.ts';
import { apiVersionOf } from '../resources/resource.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceRequest } from './request-info.ts';

/** How a request wants its write to be made. */
export function optionsOf(
  { request, url, warnings }: Exchange,
  { subresource }: Pick<ResourceRequest, 'subresource'>,
): WriteOptions {
  const query = url.searchParams;
  const asked = query.get('fieldValidation');
  const agent = request.headers['user-agent'] ?? 'unknown';
  return {
    dryRun: query.get('dryRun') === 'All',
    manager: query.get('fieldManager') || (agent.split('/')[0] ?? agent),
    subresource,
    fieldValidation: asked === 'Strict' || asked === 'Ignore' ? asked : 'Warn',
    warn: (text) => warnings.push(text),
  };
}

/**
 * The body as an object of the target's kind, in the target's namespace.
 *
 * @throws {ApiError} 400 where kind, version or namespace do not fit the path.
 */
export function asObject(fields: Fields, { resource, namespace }: ResourceRequest): KubeObject {
  const apiVersion = apiVersionOf(resource);
  const { kind } = resource;
  const found = { kind: fields['kind'] ?? kind, apiVersion: fields['apiVersion'] ?? apiVersion };
  if (found.kind !== kind || found.apiVersion !== apiVersion) {
    throw badRequest(
      `${String(found.kind)} in version "${String(found.apiVersion)}" cannot be handled as a ${kind}: expected ${apiVersion}, Kind=${kind}`,
    );
  }
  const metadata = isFields(fields['metadata']) ? fields['metadata'] : {};
  const object = {
    ...fields,
    kind,
    apiVersion,
    metadata: { ...metadata, name: String(metadata['name'] ?? '') },
  } as KubeObject;
  if (!resource.namespaced) return object;
  const given = object.metadata.namespace;
  if (given && namespace !== undefined && given !== namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  return withMeta(object, { namespace: namespace ?? given ?? '' });
}
