import { type KubeObject, keyOf, withMeta } from '../object.ts';

/** One version of one object. Never changed; a write makes another. */
export interface Stored {
  /** Which list it is in: `pods`, `deployments.apps`. */
  readonly resource: string;
  readonly key: string;
  /** Of the write that made it; unique over the whole store. */
  readonly version: number;
  readonly object: KubeObject;
  /** The object as JSON. */
  json(): string;
  /** The same without `kind` and `apiVersion`, as it stands in a list. Made once and kept. */
  bareJson(): string;
}

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly stored: Stored;
  /** What was there before; a watcher with a selector needs it. */
  readonly previous?: Stored;
}

/** All objects of one resource at one moment, in the order of their keys. */
export interface Listing {
  readonly version: number;
  readonly items: readonly Stored[];
}

/**
 * Every object of the cluster, and the latest changes in order. Holds no rules: what may be
 * written is decided before. Synchronous, so a read and a write after it cannot be interleaved.
 */
export interface Store {
  version(): number;
  get(resource: string, key: string): Stored | undefined;
  list(resource: string): Listing;
  /** Creates or replaces; sets `metadata.resourceVersion`. */
  put(resource: string, object: KubeObject): Stored;
  remove(resource: string, key: string): Stored | undefined;
  /** Changes after `version`, or `too-old` when they are no longer all kept. */
  since(version: number): readonly Change[] | 'too-old';
  /** Calls with each change after it was made. Returns what ends it. */
  subscribe(listener: (change: Change) => void): () => void;
}

interface Shelf {
  readonly items: Map<string, Stored>;
  /** In the order of keys; absent after a write. */
  sorted: readonly Stored[] | undefined;
}

/** @param keep Changes kept for watchers that come back; older ones must list again. */
export function createStore({ keep = 20_000 }: { keep?: number } = {}): Store {
  const shelves = new Map<string, Shelf>();
  const listeners = new Set<(change: Change) => void>();
  let history: Change[] = [];
  /** Of the newest change that is no longer kept. */
  let forgotten = 0;
  let version = 1;

  const shelf = (resource: string): Shelf => {
    let found = shelves.get(resource);
    if (!found) {
      found = { items: new Map(), sorted: undefined };
      shelves.set(resource, found);
    }
    return found;
  };

  const record = (change: Change): void => {
    history.push(change);
    if (history.length > keep * 2) {
      forgotten = history[keep - 1]?.stored.version ?? forgotten;
      history = history.slice(keep);
    }
    for (const listener of listeners) listener(change);
  };

  return {
    version: () => version,
    get: (resource, key) => shelf(resource).items.get(key),
    list(resource) {
      const on = shelf(resource);
      on.sorted ??= [...on.items.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
      return { version, items: on.sorted };
    },
    put(resource, object) {
      version += 1;
      const stored = store(resource, object, version);
      const on = shelf(resource);
      const previous = on.items.get(stored.key);
      on.items.set(stored.key, stored);
      on.sorted = undefined;
      record(previous ? { type: 'MODIFIED', stored, previous } : { type: 'ADDED', stored });
      return stored;
    },
    remove(resource, key) {
      const on = shelf(resource);
      const previous = on.items.get(key);
      if (!previous) return undefined;
      version += 1;
      on.items.delete(key);
      on.sorted = undefined;
      const stored = store(resource, previous.object, version);
      record({ type: 'DELETED', stored, previous });
      return stored;
    },
    since(from) {
      if (from < forgotten) return 'too-old';
      return history.filter(({ stored }) => stored.version > from);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function store(resource: string, object: KubeObject, version: number): Stored {
  const versioned = withMeta(object, { resourceVersion: String(version) });
  let rest: string | undefined;
  const afterType = (): string => {
    if (rest === undefined) {
      const { kind: _, apiVersion: __, ...fields } = versioned;
      rest = JSON.stringify(fields).slice(1);
    }
    return rest;
  };
  const type = `{"kind":"${object.kind}","apiVersion":"${object.apiVersion}",`;
  return {
    resource,
    key: keyOf(versioned),
    version,
    object: versioned,
    json: () => type + afterType(),
    bareJson: () => `{${afterType()}`,
  };
}
