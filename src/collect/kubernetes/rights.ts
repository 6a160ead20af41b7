import type { KubeRight } from '../../ports/kubernetes.ts';

/** A right, and what it is for. */
export interface NeededRight extends KubeRight {
  readonly why: string;
  /** Only objects of these names. */
  readonly names?: readonly string[];
}

function list(resource: string, why: string, group?: string): NeededRight {
  return { verb: 'list', resource, ...(group === undefined ? {} : { group }), why };
}

const TAILSCALE = 'tailscale.com';
const STORAGE = 'storage.k8s.io';

/** Everything a diagnosis reads. `manifests/rbac-read.yaml` grants it, and nothing else. */
export const READ_RIGHTS: readonly NeededRight[] = [
  list('pods', 'which pods hang, and whether the pods of storage drivers are well'),
  { verb: 'get', resource: 'pods/log', why: 'what storage drivers say is wrong' },
  list('events', 'why a pod hangs, and since when'),
  list('nodes', 'the addresses of nodes'),
  { verb: 'get', resource: 'nodes', why: 'the same of single nodes, where there are very many' },
  list('persistentvolumeclaims', 'which volume a pod waits for'),
  list('persistentvolumes', 'the address of the storage, which stands in the volume'),
  list('services', 'which addresses of the LAN belong to services of the cluster'),
  {
    verb: 'get',
    resource: 'configmaps',
    names: ['truenas-csi-config', 'ceph-csi-config'],
    why: 'the address of the storage, where volumes do not tell it',
  },
  list('daemonsets', 'the node plugins of storage drivers', 'apps'),
  list('deployments', 'the controllers of storage drivers', 'apps'),
  list('statefulsets', 'the same, where they are StatefulSets', 'apps'),
  list('storageclasses', 'which driver makes the volumes of a class', STORAGE),
  list('csidrivers', 'which drivers there are', STORAGE),
  list('csinodes', 'on which nodes a driver is registered', STORAGE),
  list('volumeattachments', 'volumes that could not be attached', STORAGE),
  list('connectors', 'which addresses of the LAN a tailnet is told about', TAILSCALE),
  list('proxygroups', 'the same', TAILSCALE),
  list('proxyclasses', 'whether pods of the operator accept routes', TAILSCALE),
  list('tridentbackends', 'the address of the storage of Trident', 'trident.netapp.io'),
];

/** What looking from nodes and pods takes beside that: `manifests/rbac-probe-pods.yaml`. */
export const LOOK_RIGHTS: readonly NeededRight[] = [
  list('namespaces', 'which namespaces allow pods in the network of the node'),
  { verb: 'create', resource: 'pods', why: 'a short-lived pod to look from' },
  { verb: 'get', resource: 'pods', why: 'when it has ended' },
  { verb: 'delete', resource: 'pods', why: 'to take it away again' },
  { verb: 'get', resource: 'pods/exec', why: 'to look from a pod that runs already' },
  { verb: 'create', resource: 'pods/exec', why: 'the same, from Kubernetes 1.35 on' },
];

/** Optional: `manifests/rbac-driver-config.yaml`, for the namespace of a driver. */
export const CONFIG_RIGHTS: readonly NeededRight[] = [
  {
    verb: 'get',
    resource: 'secrets',
    why: "the address in a driver's configuration, only where no volume tells it or several differ",
  },
];
