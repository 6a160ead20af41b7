import type { KubeObject } from '../object.ts';
import { type App, appObjects, homelabApps } from './apps.ts';
import { democraticCsiRelease } from './democratic-csi.ts';
import { CSI_NAMESPACE, type NasSettings, type Release } from './democratic-csi-release.ts';
import { TAILSCALE_NAMESPACE, tailscaleObjects } from './tailscale.ts';

export interface HomelabSettings {
  readonly nas: NasSettings;
  readonly nodeNames: readonly string[];
  /** Node that carries the subnet router. */
  readonly routerNode: string;
  readonly routerTailnetAddress: string;
  readonly advertises: readonly string[];
  readonly nowText: string;
}

/** The homelab the outage happened in: two democratic-csi releases, a subnet router, some apps. */
export function homelabObjects(settings: HomelabSettings): readonly KubeObject[] {
  const [hdd, nvme] = homelabReleases(settings.nas);
  const apps = homelabApps(hdd, nvme);
  const router = {
    name: 'homelab-subnet-router',
    advertises: settings.advertises,
    tailnetAddress: settings.routerTailnetAddress,
    nodeName: settings.routerNode,
  };
  return [
    // Talos holds every namespace to the baseline level unless it is labelled
    namespace(CSI_NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'privileged' }),
    namespace(TAILSCALE_NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'privileged' }),
    ...appNamespaces(apps),
    ...democraticCsiRelease(hdd),
    ...democraticCsiRelease(nvme),
    ...tailscaleObjects(router, settings.nowText),
    ...apps.flatMap((app) => appObjects(app, settings.nodeNames)),
  ];
}

/** The two Helm releases, one for each pool of the NAS. */
export function homelabReleases(nas: NasSettings): readonly [hdd: Release, nvme: Release] {
  return [release('hdd', 'tank/k8s', nas), release('nvme', 'flash/k8s', nas)];
}

function release(pool: string, dataset: string, nas: NasSettings): Release {
  return {
    name: `democratic-csi-${pool}`,
    driver: `org.democratic-csi.${pool}`,
    storageClass: `truenas-${pool}`,
    dataset,
    nas,
  };
}

function appNamespaces(apps: readonly App[]): readonly KubeObject[] {
  const names = new Set(apps.map((app) => app.namespace).filter((name) => name !== 'default'));
  return [...names].map((name) => namespace(name, {}));
}

function namespace(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}
