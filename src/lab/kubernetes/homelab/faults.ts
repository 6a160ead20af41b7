import { ENFORCE_LABEL } from '../api/pod-security.ts';
import { keyOf, withMeta } from '../object.ts';
import type { Kubernetes } from '../start.ts';
import { driverConfig } from './democratic-csi.ts';
import type { Release } from './democratic-csi-release.ts';
import { CSI_NAMESPACE, type NasSettings } from './democratic-csi-release.ts';
import { homelabReleases } from './homelab.ts';

/**
 * Gives both releases another configuration and restarts their controllers, as a Helm upgrade
 * would: a wrong key, a name that does not resolve, a certificate that is now checked.
 */
export function reconfigureDrivers({ cluster }: Kubernetes, nas: NasSettings): void {
  for (const release of homelabReleases(nas)) {
    cluster.update('secrets', `${CSI_NAMESPACE}/${release.name}-driver-config`, (secret) => ({
      ...secret,
      data: { 'driver-config-file.yaml': encoded(release) },
    }));
  }
  restart(cluster, 'controller-linux');
}

function encoded(release: Release): string {
  return Buffer.from(driverConfig(release)).toString('base64');
}

/**
 * Takes from the drivers' namespace the right to run privileged pods, and their node pods away, or
 * gives it back: the drivers are then registered on no node.
 */
export function allowNodePlugins({ cluster }: Kubernetes, allowed: boolean): void {
  cluster.update('namespaces', CSI_NAMESPACE, (namespace) => {
    const level = allowed ? 'privileged' : 'baseline';
    const labels = { ...namespace.metadata.labels, [ENFORCE_LABEL]: level };
    return withMeta(namespace, { labels });
  });
  restart(cluster, 'node-linux');
}

/** Kills every running `csi-driver` of a controller; with `crashes` set it cannot come back. */
export function killDrivers(kubernetes: Kubernetes): void {
  for (const pod of kubernetes.cluster.list('pods')) {
    if (pod.metadata.labels?.['app.kubernetes.io/component'] !== 'controller-linux') continue;
    kubernetes.runOf(pod, 'csi-driver')?.stop(0);
  }
}

function restart(cluster: Kubernetes['cluster'], component: string): void {
  const pods = cluster
    .list('pods')
    .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === component);
  for (const pod of pods) cluster.remove('pods', keyOf(pod), { gracePeriodSeconds: 0 });
}
