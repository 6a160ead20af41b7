import { removeObject } from '../api/remove.ts';
import { createIfAbsent } from '../cluster.ts';
import { resourceId } from '../resources/resource.ts';
import type { ControllerContext } from './context.ts';
import { type Reconciler, startReconciler } from './reconciler.ts';

const RETRY_MS = 200;

/**
 * Gives each namespace its default service account and the cluster's certificate, and empties
 * namespaces that are being deleted.
 *
 * @param ca The authority's certificate, PEM.
 */
export function startNamespaces(context: ControllerContext, ca: string): Reconciler {
  const { cluster } = context;
  return startReconciler(context, {
    kinds: ['namespaces'],
    keysOf: ({ type, stored }) => (type === 'DELETED' ? [] : [stored.key]),
    reconcile(name, again) {
      const namespace = cluster.get('namespaces', name);
      if (!namespace) return;
      if (!namespace.metadata.deletionTimestamp) furnish(context, name, ca);
      else if (clear(context, name)) cluster.api.store.remove('namespaces', name);
      else again(name, RETRY_MS);
    },
  });
}

function furnish({ cluster }: ControllerContext, namespace: string, ca: string): void {
  createIfAbsent(cluster, 'serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  });
  createIfAbsent(cluster, 'configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-root-ca.crt', namespace },
    data: { 'ca.crt': ca },
  });
}

/** @returns Whether nothing is left in it. */
function clear({ cluster }: ControllerContext, namespace: string): boolean {
  const { registry, store } = cluster.api;
  let left = 0;
  for (const resource of registry.all().filter((one) => one.namespaced)) {
    const inside = store
      .list(resourceId(resource))
      .items.filter(({ object }) => object.metadata.namespace === namespace);
    for (const { key, object } of inside) {
      const isGone =
        object.metadata.deletionTimestamp === undefined &&
        removeObject(cluster.api, { resource, key }).gone;
      if (!isGone) left += 1;
    }
  }
  return left === 0;
}
