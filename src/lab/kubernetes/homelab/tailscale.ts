import type { KubeObject } from '../object.ts';
import { IMAGES } from './images.ts';
import { TAILSCALE_CRDS } from './tailscale-crds.ts';

export const TAILSCALE_NAMESPACE = 'tailscale';

export interface SubnetRouter {
  /** Name of the Connector: `homelab-subnet-router`. */
  readonly name: string;
  readonly advertises: readonly string[];
  readonly tailnetAddress: string;
  readonly nodeName: string;
}

/** The operator, its kinds, and one Connector with the pod that carries it out. */
export function tailscaleObjects(router: SubnetRouter, nowText: string): readonly KubeObject[] {
  return [...TAILSCALE_CRDS, operator(), connector(router, nowText), routerSet(router)];
}

function operator(): KubeObject {
  const labels = { app: 'operator' };
  const metadata = { name: 'operator', namespace: TAILSCALE_NAMESPACE };
  const container = { name: 'operator', image: IMAGES.operator };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
}

function connector(router: SubnetRouter, nowText: string): KubeObject {
  const { name, advertises, tailnetAddress } = router;
  const ready = {
    type: 'ConnectorReady',
    status: 'True',
    reason: 'ConnectorCreated',
    message: 'ConnectorCreated',
    lastTransitionTime: nowText,
    observedGeneration: 1,
  };
  return {
    apiVersion: 'tailscale.com/v1alpha1',
    kind: 'Connector',
    metadata: { name },
    spec: { hostname: name, subnetRouter: { advertiseRoutes: advertises } },
    status: {
      subnetRoutes: advertises.join(','),
      isExitNode: false,
      isAppConnector: false,
      hostname: name,
      tailnetIPs: [tailnetAddress],
      devices: [{ hostname: name, tailnetIPs: [tailnetAddress] }],
      conditions: [ready],
    },
  };
}

/** The operator runs each Connector as a StatefulSet `ts-<name>-<random>` of one pod. */
function routerSet({ name, nodeName }: SubnetRouter): KubeObject {
  const labels = {
    'tailscale.com/managed': 'true',
    'tailscale.com/parent-resource': name,
    'tailscale.com/parent-resource-type': 'connector',
    'tailscale.com/parent-resource-ns': '',
  };
  const set = `ts-${name}-x7k2p`;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: set, namespace: TAILSCALE_NAMESPACE, labels },
    spec: {
      replicas: 1,
      serviceName: set,
      selector: { matchLabels: { app: set } },
      template: {
        metadata: { labels: { ...labels, app: set } },
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': nodeName },
          containers: [
            {
              name: 'tailscale',
              image: IMAGES.tailscale,
              env: [
                { name: 'TS_USERSPACE', value: 'false' },
                { name: 'TS_EXPERIMENTAL_VERSIONED_CONFIG_DIR', value: '/etc/tsconfig' },
              ],
              securityContext: { privileged: true },
            },
          ],
        },
      },
    },
  };
}
