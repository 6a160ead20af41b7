import { type Fields, type KubeObject, withMeta } from '../object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type { Api, Surroundings } from './api.ts';
import { forbidden, invalid } from './errors.ts';
import { baselineViolations, ENFORCE_LABEL } from './pod-security.ts';

/** The object with a name, made up where it only gives a beginning. @throws {ApiError} 422 */
export function withName(
  draft: KubeObject,
  { resource, around }: { readonly resource: Resource; readonly around: Surroundings },
): KubeObject {
  const { name, generateName } = draft.metadata;
  if (name) return draft;
  if (generateName) return withMeta(draft, { name: `${generateName}${around.suffix(5)}` });
  const message = 'Required value: name or generateName is required';
  throw invalid(resource, '', [{ reason: 'FieldValueRequired', field: 'metadata.name', message }]);
}

/** @throws {ApiError} 404 or 403. */
export function requireNamespace(api: Api, { metadata }: KubeObject, resource: Resource): void {
  if (!resource.namespaced) return;
  const namespaces = api.registry.find('', 'v1', 'namespaces');
  if (!namespaces) return;
  const namespace = metadata.namespace ?? '';
  const { object } = api.read(namespaces, namespace);
  if (!object.metadata.deletionTimestamp) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(resource, metadata.name, why);
}

/** kube-system is exempt, as on Talos. @throws {ApiError} 403 */
export function requirePodSecurity(
  { store, around }: Api,
  object: KubeObject,
  resource: Resource,
): void {
  const { namespace = '', name } = object.metadata;
  if (resourceId(resource) !== 'pods' || namespace === 'kube-system') return;
  const labels = store.get('namespaces', namespace)?.object.metadata.labels;
  const level = labels?.[ENFORCE_LABEL] ?? around.podSecurity;
  const found = level === 'privileged' ? [] : baselineViolations(object['spec'] as Fields);
  if (found.length === 0) return;
  throw forbidden(resource, name, `violates PodSecurity "${level}:latest": ${found.join(', ')}`);
}
