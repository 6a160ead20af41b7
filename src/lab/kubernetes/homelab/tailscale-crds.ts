import type { KubeObject } from '../object.ts';

const GROUP = 'tailscale.com';
const text = { type: 'string' };
const texts = { type: 'array', items: text };
const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const conditions = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
  items: {
    type: 'object',
    required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
    properties: {
      type: text,
      status: text,
      lastTransitionTime: { type: 'string', format: 'date-time' },
      reason: text,
      message: text,
      observedGeneration: { type: 'integer' },
    },
  },
};
const devices = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['hostname'],
  items: { type: 'object', properties: { hostname: text, tailnetIPs: texts } },
};

/**
 * Definitions of the Tailscale operator's kinds, as far as the lab and its readers use them.
 *
 * Source: tailscale/tailscale, k8s-operator/apis/v1alpha1 and cmd/k8s-operator/deploy/crds.
 */
export const TAILSCALE_CRDS: readonly KubeObject[] = [
  definition({
    kind: 'Connector',
    plural: 'connectors',
    shortNames: ['cn'],
    spec: {
      tags: texts,
      hostname: text,
      hostnamePrefix: text,
      proxyClass: text,
      replicas: { type: 'integer' },
      exitNode: { type: 'boolean' },
      subnetRouter: {
        type: 'object',
        required: ['advertiseRoutes'],
        properties: { advertiseRoutes: texts },
      },
      appConnector: { type: 'object', properties: { routes: texts } },
    },
    status: {
      conditions,
      devices,
      hostname: text,
      isAppConnector: { type: 'boolean' },
      isExitNode: { type: 'boolean' },
      subnetRoutes: text,
      tailnetIPs: texts,
    },
    columns: [
      column('SubnetRoutes', '.status.subnetRoutes'),
      column('IsExitNode', '.status.isExitNode'),
      column('IsAppConnector', '.status.isAppConnector'),
      column('Status', '.status.conditions[?(@.type == "ConnectorReady")].reason'),
    ],
  }),
  definition({
    kind: 'ProxyClass',
    plural: 'proxyclasses',
    shortNames: [],
    spec: {
      statefulSet: open,
      metrics: open,
      tailscale: { type: 'object', properties: { acceptRoutes: { type: 'boolean' } } },
      useLetsEncryptStagingEnvironment: { type: 'boolean' },
    },
    status: { conditions },
    columns: [column('Status', '.status.conditions[?(@.type == "ProxyClassReady")].reason')],
  }),
  definition({
    kind: 'ProxyGroup',
    plural: 'proxygroups',
    shortNames: ['pg'],
    spec: {
      type: text,
      replicas: { type: 'integer' },
      proxyClass: text,
      hostnamePrefix: text,
      tags: texts,
    },
    status: { conditions, devices },
    columns: [
      column('Status', '.status.conditions[?(@.type == "ProxyGroupReady")].reason'),
      column('Type', '.spec.type'),
    ],
  }),
];

interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
}

function column(name: string, jsonPath: string): Column {
  return { name, type: 'string', jsonPath };
}

function definition(of: {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly spec: object;
  readonly status: object;
  readonly columns: readonly Column[];
}): KubeObject {
  const singular = of.kind.toLowerCase();
  const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
  const schema = {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: { type: 'object', properties: of.spec },
      status: { type: 'object', properties: of.status },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${of.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: {
        kind: of.kind,
        listKind: `${of.kind}List`,
        plural: of.plural,
        singular,
        ...(of.shortNames.length > 0 ? { shortNames: of.shortNames } : {}),
      },
      scope: 'Cluster',
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          additionalPrinterColumns: [...of.columns, age],
        },
      ],
    },
  };
}
