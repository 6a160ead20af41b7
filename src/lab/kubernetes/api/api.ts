import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, keyOf, type ManagedFields, withMeta, withoutMeta } from '../object.ts';
import { afterUpdate } from '../patch/managed-fields.ts';
import type { Registry } from '../resources/registry.ts';
import { apiVersionOf, hasStatus, type Resource, resourceId } from '../resources/resource.ts';
import type { Store, Stored } from '../store/store.ts';
import { requireNamespace, requirePodSecurity, withName } from './admission.ts';
import { withDefaults } from './defaults.ts';
import { alreadyExists, badRequest, conflict, invalid, notFound } from './errors.ts';
import { admit } from './initial-status.ts';
import { podChangeProblems } from './pod-changes.ts';
import type { PodSecurityLevel } from './pod-security.ts';
import { type Checks, validateObject } from './validate-object.ts';

/** Where randomness and time come from. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  now(): number;
  newUid(): string;
  /** Letters and digits of a generated name. */
  suffix(length: number): string;
  serviceAddress(): string;
  /** Level of PodSecurity for namespaces without a label; Talos has `baseline`. */
  readonly podSecurity: PodSecurityLevel;
}

export interface WriteOptions extends Partial<Checks> {
  readonly dryRun?: boolean;
  /** Who writes, for `managedFields`; the lab's own controllers leave it out and are not listed. */
  readonly manager?: string | undefined;
  readonly subresource?: string | undefined;
  /** Who owns what after this write, where it was worked out already: server-side apply. */
  readonly managedFields?: readonly ManagedFields[];
}

/**
 * The rules of the API over the bare store: what a write may look like, what the server adds,
 * when a version is out of date. Knows nothing of HTTP or of who asks.
 */
export interface Api {
  readonly store: Store;
  readonly registry: Registry;
  readonly around: Surroundings;
  /** @throws {ApiError} 400, 403, 404 (namespace), 409 or 422. */
  create(resource: Resource, draft: KubeObject, options?: WriteOptions): KubeObject;
  /** @throws {ApiError} 404. */
  read(resource: Resource, key: string): Stored;
  /**
   * Replaces an object, or one part of it: with `subresource: 'status'` only the status, without
   * everything but the status.
   *
   * @throws {ApiError} 400, 404, 409 or 422.
   */
  replace(resource: Resource, object: KubeObject, options?: WriteOptions): KubeObject;
}

/** RFC 3339 in whole seconds, as the API writes times. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function createApi(parts: {
  readonly store: Store;
  readonly registry: Registry;
  readonly around: Surroundings;
}): Api {
  const { store } = parts;
  const read = (resource: Resource, key: string): Stored => {
    const stored = store.get(resourceId(resource), key);
    if (!stored) throw notFound(resource, key.slice(key.lastIndexOf('/') + 1));
    return stored;
  };
  const api: Api = {
    ...parts,
    read,
    create: (resource, draft, options = {}) => create(api, { resource, draft, options }),
    replace: (resource, object, options = {}) => replace(api, { resource, object, options }),
  };
  return api;
}

const LENIENT: Checks = { fieldValidation: 'Ignore', warn: () => undefined };

function create(
  api: Api,
  { resource, draft, options }: { resource: Resource; draft: KubeObject; options: WriteOptions },
): KubeObject {
  const { store, around } = api;
  if (draft.metadata.resourceVersion) {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const named = withName(draft, { resource, around });
  requireNamespace(api, named, resource);
  const filled = withDefaults(named, resource);
  validateObject(filled, resource, { ...LENIENT, ...options });
  if (store.get(resourceId(resource), keyOf(filled))) {
    throw alreadyExists(resource, filled.metadata.name);
  }
  requirePodSecurity(api, filled, resource);
  const nowText = timeText(around.now());
  const bare = hasStatus(resource) ? keepStatus(filled, undefined, options) : filled;
  const admitted = admit(bare, resource, { ...around, nowText });
  const born = withMeta(admitted, {
    uid: around.newUid(),
    creationTimestamp: nowText,
    ...(hasGeneration(resource) ? { generation: 1 } : {}),
  });
  const object = manage(api, { resource, before: undefined, after: born, options });
  return options.dryRun ? object : store.put(resourceId(resource), object).object;
}

/** The lab's own parts write the first status themselves; a client's is dropped. */
function keepStatus(
  object: KubeObject,
  before: KubeObject | undefined,
  { manager }: WriteOptions,
): KubeObject {
  if (manager === undefined && before === undefined) return object;
  const { status: _, ...rest } = object;
  return (
    before?.['status'] === undefined ? rest : { ...rest, status: before['status'] }
  ) as KubeObject;
}

function replace(
  api: Api,
  { resource, object, options }: { resource: Resource; object: KubeObject; options: WriteOptions },
): KubeObject {
  const { store } = api;
  const current = api.read(resource, keyOf(object)).object;
  const { resourceVersion, uid } = object.metadata;
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw conflict(resource, object.metadata.name);
  }
  if (uid && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    throw conflict(resource, object.metadata.name, why);
  }
  const wanted = assembled(current, object, { resource, options });
  const kept = withOwners(withServerMeta(wanted, current), current, options);
  if (isDeepStrictEqual(kept, current)) return current;
  if (!options.subresource) {
    validateObject(kept, resource, { ...LENIENT, ...options });
    const problems = resourceId(resource) === 'pods' ? podChangeProblems(current, kept) : [];
    if (problems.length > 0) throw invalid(resource, kept.metadata.name, problems);
  }
  const counted = countGeneration(kept, current, resource);
  const after = manage(api, { resource, before: current, after: counted, options });
  if (options.dryRun) return after;
  const stored = store.put(resourceId(resource), after).object;
  return removeIfDone(api, resource, stored);
}

/** The object as it will be: the written part of the new one, the rest of the old one. */
function assembled(
  current: KubeObject,
  object: KubeObject,
  { resource, options }: { readonly resource: Resource; readonly options: WriteOptions },
): KubeObject {
  if (options.subresource === 'status') {
    const { managedFields } = object.metadata;
    const next = { ...current, status: object['status'] };
    return managedFields ? withMeta(next, { managedFields }) : next;
  }
  if (options.subresource) return { ...current, spec: object['spec'] };
  const filled = withDefaults(object, resource);
  return hasStatus(resource) ? keepStatus(filled, current, options) : filled;
}

/** What a client cannot change, whatever it sends. */
function withServerMeta(object: KubeObject, { metadata }: KubeObject): KubeObject {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const { generation, resourceVersion } = metadata;
  const fixed = {
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
    resourceVersion,
  };
  const present = Object.entries(fixed).filter(([, value]) => value !== undefined);
  const bare = Object.keys(fixed).reduce(
    (left, field) => withoutMeta(left, field as keyof typeof fixed),
    object,
  );
  return withMeta(bare, Object.fromEntries(present));
}

/** The list of field owners a write starts from: its own where it brings one. */
function withOwners(
  object: KubeObject,
  { metadata }: KubeObject,
  options: WriteOptions,
): KubeObject {
  const owners = options.managedFields ?? object.metadata.managedFields ?? metadata.managedFields;
  return owners ? withMeta(object, { managedFields: owners }) : object;
}

function hasGeneration({ group, customColumns }: Resource): boolean {
  return customColumns !== undefined || ['apps', 'batch', 'apiextensions.k8s.io'].includes(group);
}

/** `metadata.generation` counts changes of what is wanted, not of what is. */
function countGeneration(object: KubeObject, current: KubeObject, resource: Resource): KubeObject {
  if (!hasGeneration(resource)) return object;
  const wish = ({ metadata: _, status: __, ...rest }: KubeObject) => rest;
  if (isDeepStrictEqual(wish(object), wish(current))) return object;
  return withMeta(object, { generation: (current.metadata.generation ?? 0) + 1 });
}

/** An object under deletion goes when its last finalizer is taken off. */
function removeIfDone({ store }: Api, resource: Resource, object: KubeObject): KubeObject {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds } = object.metadata;
  if (!deletionTimestamp || finalizers.length > 0) return object;
  if (resourceId(resource) === 'namespaces') return object;
  if (resourceId(resource) === 'pods' && deletionGracePeriodSeconds !== 0) return object;
  store.remove(resourceId(resource), keyOf(object));
  return object;
}

function manage(
  { around }: Api,
  {
    resource,
    before,
    after,
    options,
  }: {
    readonly resource: Resource;
    readonly before: KubeObject | undefined;
    readonly after: KubeObject;
    readonly options: WriteOptions;
  },
): KubeObject {
  if (options.manager === undefined) return after;
  if (options.managedFields) return withMeta(after, { managedFields: options.managedFields });
  const writer = {
    manager: options.manager,
    apiVersion: apiVersionOf(resource),
    time: timeText(around.now()),
    subresource: options.subresource,
  };
  return withMeta(after, {
    managedFields: afterUpdate(before, after, { writer, type: resource.type }),
  });
}
