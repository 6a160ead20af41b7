import { ENFORCE_LABEL } from '../api/pod-security.ts';
import { createIfAbsent } from '../cluster.ts';
import { type KubeObject, keyOf, withMeta } from '../object.ts';
import type { Kubernetes } from '../start.ts';
import { driverConfig } from './democratic-csi.ts';
import type { Release } from './democratic-csi-release.ts';
import { CSI_NAMESPACE, type NasSettings } from './democratic-csi-release.ts';
import { homelabReleases } from './homelab.ts';

/** What of the healthy cluster is different. A field that is absent is as it was. */
export interface ClusterChange {
  /** The drivers' configuration, as far as it differs. */
  readonly driver?: Partial<NasSettings>;
  /** The drivers' image is one of before the storage's present release. */
  readonly driverIsOld?: true;
  /** Pod Security forbids the drivers' node pods. */
  readonly nodePluginsForbidden?: true;
  /** The process of every controller's driver dies, and again whenever it is started. */
  readonly driverCrashes?: true;
  /** The nodes have no `mount.nfs`. */
  readonly mountHelperMissing?: true;
  /** Milliseconds that the API server takes for a write, as with a slow disk under etcd. */
  readonly writeDelayMs?: number;
  /** Somebody asks for a new volume. */
  readonly newClaim?: true;
  /** Restarted when the fault comes into force and when it goes: what runs does not notice it. */
  readonly restarts?: 'controllers' | 'apps';
}

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

/** Kills a container of every controller: `csi-driver`, which with `crashes` set stays away. */
export function killInControllers(kubernetes: Kubernetes, container: string): void {
  for (const pod of kubernetes.cluster.list('pods')) {
    if (!isOf(pod, 'controller-linux')) continue;
    kubernetes.runOf(pod, container)?.stop(0);
  }
}

/** Gives both releases another image of the driver, as a Helm upgrade would. */
export function setDriverImage({ cluster }: Kubernetes, image: string): void {
  for (const controller of cluster.list('deployments.apps')) {
    if (!isOf(controller, 'controller-linux')) continue;
    cluster.update('deployments.apps', keyOf(controller), (deployment) => {
      const { template } = deployment.spec;
      const containers = template.spec.containers.map((one) =>
        one.name === 'csi-driver' ? { ...one, image } : one,
      );
      const changed = { ...template, spec: { ...template.spec, containers } };
      return { ...deployment, spec: { ...deployment.spec, template: changed } };
    });
  }
}

const CLAIM = { namespace: 'media', name: 'new-data' } as const;

/** A claim for a volume that does not exist yet; or takes it back, with what was made for it. */
export function claimVolume({ cluster }: Kubernetes, wanted: boolean): void {
  const key = `${CLAIM.namespace}/${CLAIM.name}`;
  if (wanted) {
    createIfAbsent(cluster, 'persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...CLAIM },
      spec: {
        accessModes: ['ReadWriteMany'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'truenas-hdd',
      },
    });
    return;
  }
  const volume = cluster.get('persistentvolumeclaims', key)?.spec.volumeName;
  cluster.remove('persistentvolumeclaims', key, { gracePeriodSeconds: 0 });
  if (volume) cluster.remove('persistentvolumes', volume, { gracePeriodSeconds: 0 });
}

/** Restarts the pods of all controllers, or of all applications. */
export function restartPods({ cluster }: Kubernetes, which: 'controllers' | 'apps'): void {
  if (which === 'controllers') restart(cluster, 'controller-linux');
  else {
    for (const pod of cluster.list('pods')) {
      if (!APP_NAMESPACES.includes(pod.metadata.namespace ?? '')) continue;
      cluster.remove('pods', keyOf(pod), { gracePeriodSeconds: 0 });
    }
  }
}

const APP_NAMESPACES = ['media', 'photos'];

function restart(cluster: Kubernetes['cluster'], component: string): void {
  const pods = cluster.list('pods').filter((pod) => isOf(pod, component));
  for (const pod of pods) cluster.remove('pods', keyOf(pod), { gracePeriodSeconds: 0 });
}

function isOf({ metadata }: KubeObject, component: string): boolean {
  return metadata.labels?.['app.kubernetes.io/component'] === component;
}
