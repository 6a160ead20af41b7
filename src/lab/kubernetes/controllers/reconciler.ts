import type { Cluster } from '../cluster.ts';
import type { KindName } from '../kinds.ts';
import type { Change } from '../store/store.ts';
import type { Timer } from '../timer.ts';

export interface Reconciler {
  /** Looks at a key again, `ms` from now. */
  again(key: string, ms: number): void;
  stop(): void;
}

/**
 * Brings objects to where they should be, a key at a time. Keys are collected from changes and
 * worked off after the write that caused them, each once.
 */
export function startReconciler(
  { cluster, timer }: { readonly cluster: Cluster; readonly timer: Timer },
  {
    kinds,
    keysOf,
    reconcile,
  }: {
    /** Changes of these are looked at, and every object of them at the start. */
    readonly kinds: readonly KindName[];
    /** Which keys a change is about. */
    readonly keysOf: (change: Change) => readonly string[];
    readonly reconcile: (key: string, again: Reconciler['again']) => void;
  },
): Reconciler {
  const queue = new Set<string>();
  const waits = new Map<string, () => void>();
  let isPlanned = false;
  let isStopped = false;

  const work = (): void => {
    isPlanned = false;
    const keys = [...queue];
    queue.clear();
    for (const key of keys) if (!isStopped) reconcile(key, again);
  };
  const add = (keys: readonly string[]): void => {
    for (const key of keys) queue.add(key);
    if (isPlanned || queue.size === 0) return;
    isPlanned = true;
    setImmediate(work);
  };
  const again = (key: string, ms: number): void => {
    waits.get(key)?.();
    const cancel = timer.after(ms, () => {
      waits.delete(key);
      add([key]);
    });
    waits.set(key, cancel);
  };

  const unsubscribe = cluster.subscribe((change) => {
    if (kinds.includes(change.stored.resource as KindName)) add(keysOf(change));
  });
  for (const kind of kinds) {
    for (const stored of cluster.api.store.list(kind).items) add(keysOf({ type: 'ADDED', stored }));
  }
  return {
    again,
    stop() {
      isStopped = true;
      unsubscribe();
      for (const cancel of waits.values()) cancel();
    },
  };
}

/** The name of the owner that controls an object, where it is of this kind. */
export function controllerName({ stored }: Change, kind: string): string | undefined {
  const owners = stored.object.metadata.ownerReferences ?? [];
  return owners.find((owner) => owner.controller === true && owner.kind === kind)?.name;
}
