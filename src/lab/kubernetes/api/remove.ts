import { type KubeObject, keyOf, withMeta } from '../object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import { type Api, timeText } from './api.ts';
import { conflict } from './errors.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/** The object as it is now, and whether it is already gone. */
export interface Removed {
  readonly object: KubeObject;
  readonly gone: boolean;
}

/**
 * Deletes an object, or marks it so that whoever has to clean up first can: the kubelet for pods
 * with a grace period, finalizers for the rest, the namespace controller for namespaces.
 *
 * @throws {ApiError} 404, or 409 when a precondition does not hold.
 */
export function removeObject(
  api: Api,
  { resource, key }: { readonly resource: Resource; readonly key: string },
  options: DeleteOptions = {},
): Removed {
  const { object } = api.read(resource, key);
  checkPreconditions(object, resource, options);
  const marked = marks(object, { resource, options, api });
  const graceLeft =
    resourceId(resource) === 'pods' ? marked.metadata.deletionGracePeriodSeconds : 0;
  const waits =
    (marked.metadata.finalizers ?? []).length > 0 ||
    graceLeft !== 0 ||
    resourceId(resource) === 'namespaces';
  if (options.dryRun) return { object: marked, gone: !waits };
  if (!waits) {
    api.store.remove(resourceId(resource), keyOf(object));
    return { object, gone: true };
  }
  return { object: api.store.put(resourceId(resource), marked).object, gone: false };
}

function checkPreconditions(
  { metadata }: KubeObject,
  resource: Resource,
  { preconditions = {} }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions;
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`;
    throw conflict(resource, metadata.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`;
    throw conflict(resource, metadata.name, why);
  }
}

/** The object as it is while it waits for its end. */
function marks(
  object: KubeObject,
  { resource, options, api }: { resource: Resource; options: DeleteOptions; api: Api },
): KubeObject {
  const { metadata } = object;
  const grace = graceSeconds(object, resource, options);
  const now = api.around.now();
  const deadline = timeText(now + grace * 1000);
  const { deletionTimestamp: before } = metadata;
  // a second deletion can only shorten the grace
  const isSooner = before === undefined || deadline < before;
  const finalizers = withPropagation(metadata.finalizers ?? [], options);
  const marked = withMeta(object, {
    ...(isSooner ? { deletionTimestamp: deadline, deletionGracePeriodSeconds: grace } : {}),
    ...(finalizers.length > 0 ? { finalizers } : {}),
  });
  if (resourceId(resource) !== 'namespaces') return marked;
  return { ...marked, status: { phase: 'Terminating' } };
}

function graceSeconds(object: KubeObject, resource: Resource, options: DeleteOptions): number {
  if (resourceId(resource) !== 'pods') return 0;
  const spec = object['spec'] as { nodeName?: string; terminationGracePeriodSeconds?: number };
  const { phase } = (object['status'] ?? {}) as { phase?: string };
  // nobody runs it, so nobody has to stop it
  if (!spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

function withPropagation(
  finalizers: readonly string[],
  { propagationPolicy, orphanDependents }: DeleteOptions,
): readonly string[] {
  const kept = finalizers.filter((name) => name !== 'foregroundDeletion' && name !== 'orphan');
  if (propagationPolicy === 'Foreground') return [...kept, 'foregroundDeletion'];
  if (propagationPolicy === 'Orphan' || orphanDependents) return [...kept, 'orphan'];
  return kept;
}
