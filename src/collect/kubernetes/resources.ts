import type { KubeResource } from '../../ports/kubernetes.ts';

function core(plural: string): KubeResource {
  return { version: 'v1', plural };
}

function grouped(group: string, plural: string, version = 'v1'): KubeResource {
  return { group, version, plural };
}

/** Everything that is read of a cluster. */
export const RESOURCES = {
  pods: core('pods'),
  nodes: core('nodes'),
  events: core('events'),
  services: core('services'),
  secrets: core('secrets'),
  configMaps: core('configmaps'),
  claims: core('persistentvolumeclaims'),
  volumes: core('persistentvolumes'),
  deployments: grouped('apps', 'deployments'),
  statefulSets: grouped('apps', 'statefulsets'),
  daemonSets: grouped('apps', 'daemonsets'),
  storageClasses: grouped('storage.k8s.io', 'storageclasses'),
  csiDrivers: grouped('storage.k8s.io', 'csidrivers'),
  csiNodes: grouped('storage.k8s.io', 'csinodes'),
  attachments: grouped('storage.k8s.io', 'volumeattachments'),
  connectors: grouped('tailscale.com', 'connectors', 'v1alpha1'),
  proxyGroups: grouped('tailscale.com', 'proxygroups', 'v1alpha1'),
  proxyClasses: grouped('tailscale.com', 'proxyclasses', 'v1alpha1'),
  tridentBackends: grouped('trident.netapp.io', 'tridentbackends'),
} as const;
