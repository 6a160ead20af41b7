import { removeObject } from '../api/remove.ts';
import { type KubeObject, keyOf, withMeta } from '../object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type { ControllerContext } from './context.ts';

/**
 * Deletes what belonged to deleted owners. `Foreground` owners wait for their dependents,
 * `Orphan` ones let go of them first.
 *
 * @returns What stops it.
 */
export function startGarbageCollector(context: ControllerContext): () => void {
  const { cluster } = context;
  return cluster.subscribe(({ type, stored }) => {
    const { metadata } = stored.object;
    if (stored.resource === 'events') return;
    if (type === 'DELETED') {
      setImmediate(() => {
        dropDependents(context, metadata.uid);
        releaseOwners(context, stored.object);
      });
    } else if (metadata.deletionTimestamp && metadata.finalizers?.length) {
      setImmediate(() => finish(context, stored.object));
    }
  });
}

interface Found {
  readonly resource: Resource;
  readonly object: KubeObject;
}

function dependentsOf({ cluster }: ControllerContext, uid: string | undefined): readonly Found[] {
  const { registry, store } = cluster.api;
  return registry
    .all()
    .filter(({ verbs }) => verbs.includes('delete'))
    .flatMap((resource) =>
      store
        .list(resourceId(resource))
        .items.filter(({ object }) =>
          object.metadata.ownerReferences?.some((owner) => owner.uid === uid),
        )
        .map(({ object }) => ({ resource, object })),
    );
}

function dropDependents(context: ControllerContext, uid: string | undefined): void {
  for (const { resource, object } of dependentsOf(context, uid)) {
    const others = object.metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
    if (others.some((owner) => exists(context, owner.uid))) continue;
    if (object.metadata.deletionTimestamp) continue;
    removeObject(context.cluster.api, { resource, key: keyOf(object) });
  }
}

function exists({ cluster }: ControllerContext, uid: string): boolean {
  const { registry, store } = cluster.api;
  return registry
    .all()
    .some((resource) =>
      store.list(resourceId(resource)).items.some(({ object }) => object.metadata.uid === uid),
    );
}

/** An owner that waits in the foreground may go when its last dependent went. */
function releaseOwners(context: ControllerContext, { metadata }: KubeObject): void {
  const { registry, store } = context.cluster.api;
  for (const { apiVersion, kind, name } of metadata.ownerReferences ?? []) {
    const resource = registry.ofKind(apiVersion, kind);
    const key = resource?.namespaced ? `${metadata.namespace}/${name}` : name;
    const owner = resource && store.get(resourceId(resource), key);
    if (owner?.object.metadata.deletionTimestamp) finish(context, owner.object);
  }
}

function finish(context: ControllerContext, { apiVersion, kind, ...rest }: KubeObject): void {
  const { api } = context.cluster;
  const resource = api.registry.ofKind(apiVersion, kind);
  const key = keyOf({ apiVersion, kind, ...rest });
  const object = resource && api.store.get(resourceId(resource), key)?.object;
  if (!resource || !object?.metadata.deletionTimestamp) return;
  const finalizers = object.metadata.finalizers ?? [];
  const dependents = dependentsOf(context, object.metadata.uid);
  if (finalizers.includes('orphan')) {
    for (const found of dependents) letGo(context, found, object.metadata.uid);
    api.replace(resource, withMeta(object, { finalizers: less(finalizers, 'orphan') }));
  } else if (finalizers.includes('foregroundDeletion')) {
    for (const found of dependents.filter((one) => !one.object.metadata.deletionTimestamp)) {
      removeObject(api, { resource: found.resource, key: keyOf(found.object) });
    }
    if (dependentsOf(context, object.metadata.uid).length > 0) return;
    api.replace(resource, withMeta(object, { finalizers: less(finalizers, 'foregroundDeletion') }));
  }
}

function letGo(
  { cluster }: ControllerContext,
  { resource, object }: Found,
  uid: string | undefined,
): void {
  const ownerReferences =
    object.metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
  cluster.api.replace(resource, withMeta(object, { ownerReferences }));
}

function less(list: readonly string[], item: string): readonly string[] {
  return list.filter((one) => one !== item);
}
