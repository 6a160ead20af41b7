import type { Api } from './api/api.ts';
import { ApiError } from './api/errors.ts';
import { type DeleteOptions, removeObject } from './api/remove.ts';
import type { KindName, Kinds } from './kinds.ts';
import { type KubeObject, keyOf } from './object.ts';
import { type Resource, resourceId } from './resources/resource.ts';
import type { Change } from './store/store.ts';

/** The API as the lab's own controllers and kubelets use it: typed, at once, without HTTP. */
export interface Cluster {
  readonly api: Api;
  get<K extends KindName>(kind: K, key: string): Kinds[K] | undefined;
  list<K extends KindName>(kind: K): readonly Kinds[K][];
  /** @throws {ApiError} As the API would answer. */
  create<K extends KindName>(kind: K, object: Kinds[K]): Kinds[K];
  /** Writes what `change` makes of the object as it is now; nothing if it is gone. */
  update<K extends KindName>(kind: K, key: string, change: (object: Kinds[K]) => Kinds[K]): void;
  /** The same for its status. */
  updateStatus<K extends KindName>(
    kind: K,
    key: string,
    change: (object: Kinds[K]) => Kinds[K]['status'],
  ): void;
  /** Nothing happens if it is gone already. */
  remove(kind: KindName, key: string, options?: DeleteOptions): void;
  subscribe(listener: (change: Change) => void): () => void;
}

export function createCluster(api: Api): Cluster {
  const { store, registry } = api;
  const resourceOf = (kind: KindName): Resource => {
    const found = registry.all().find((resource) => resourceId(resource) === kind);
    if (!found) throw new RangeError(`Cannot find resource "${kind}"`);
    return found;
  };
  // the one place where an object of the store is taken for its type: validation let it in
  const typed = <K extends KindName>(object: KubeObject): Kinds[K] => object as Kinds[K];

  return {
    api,
    get: (kind, key) => {
      const stored = store.get(kind, key);
      return stored && typed<typeof kind>(stored.object);
    },
    list: (kind) => store.list(kind).items.map(({ object }) => typed<typeof kind>(object)),
    create: (kind, object) => typed<typeof kind>(api.create(resourceOf(kind), object)),
    update(kind, key, change) {
      const stored = store.get(kind, key);
      if (stored) api.replace(resourceOf(kind), change(typed<typeof kind>(stored.object)));
    },
    updateStatus(kind, key, change) {
      const stored = store.get(kind, key);
      if (!stored) return;
      const status = change(typed<typeof kind>(stored.object));
      api.replace(resourceOf(kind), { ...stored.object, status }, { subresource: 'status' });
    },
    remove(kind, key, options) {
      if (store.get(kind, key)) removeObject(api, { resource: resourceOf(kind), key }, options);
    },
    subscribe: (listener) => store.subscribe(listener),
  };
}

/** `create`, where somebody else may have been faster or the namespace be on its way out. */
export function createIfAbsent<K extends KindName>(
  cluster: Cluster,
  kind: K,
  object: Kinds[K],
): void {
  if (cluster.get(kind, keyOf(object))) return;
  try {
    cluster.create(kind, object);
  } catch (error) {
    if (!(error instanceof ApiError) || ![403, 404].includes(error.code)) throw error;
  }
}
