import { type Fields, fieldAt, isFields, type KubeObject, withMeta } from '../object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import { withPodSpecDefaults } from './pod-defaults.ts';

/**
 * Fills in what the real server fills into an object that is written.
 *
 * Source: kubernetes pkg/apis/<group>/<version>/defaults.go. Only what clients show or act on.
 */
export function withDefaults(object: KubeObject, resource: Resource): KubeObject {
  return DEFAULTS[resourceId(resource)]?.(object) ?? object;
}

type Fill = (object: KubeObject) => KubeObject;

const DEFAULTS: Readonly<Record<string, Fill>> = {
  pods: (object) => ({ ...object, spec: withPodSpecDefaults(specOf(object)) }),
  namespaces: (object) =>
    withMeta(
      { ...object, spec: { finalizers: ['kubernetes'], ...specOf(object) } },
      {
        labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name },
      },
    ),
  secrets: (object) => secret(object),
  services: (object) => ({
    ...object,
    spec: { type: 'ClusterIP', sessionAffinity: 'None', ...servicePorts(specOf(object)) },
  }),
  persistentvolumeclaims: (object) => ({
    ...object,
    spec: { volumeMode: 'Filesystem', ...specOf(object) },
  }),
  persistentvolumes: (object) => ({
    ...object,
    spec: {
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
      ...specOf(object),
    },
  }),
  'storageclasses.storage.k8s.io': (object) => ({
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    ...object,
  }),
  'csidrivers.storage.k8s.io': (object) => ({
    ...object,
    spec: {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
      requiresRepublish: false,
      seLinuxMount: false,
      ...specOf(object),
    },
  }),
  'deployments.apps': workload({
    replicas: 1,
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
    },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  }),
  'replicasets.apps': workload({ replicas: 1 }),
  'statefulsets.apps': workload({ replicas: 1, podManagementPolicy: 'OrderedReady' }),
  'daemonsets.apps': workload({
    updateStrategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
    },
    revisionHistoryLimit: 10,
  }),
  'jobs.batch': workload({ parallelism: 1, completions: 1, backoffLimit: 6, suspend: false }),
};

function workload(filled: Fields): Fill {
  return (object) => {
    const spec = { ...filled, ...specOf(object) };
    const template = fieldAt(spec, 'template');
    if (!isFields(template) || !isFields(template['spec'])) return { ...object, spec };
    const podSpec = withPodSpecDefaults(template['spec']);
    return { ...object, spec: { ...spec, template: { ...template, spec: podSpec } } };
  };
}

/** `stringData` is only ever written: the server stores it as `data`. */
function secret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (!isFields(stringData)) return { type: 'Opaque', ...object };
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  const before = isFields(rest['data']) ? rest['data'] : {};
  return { type: 'Opaque', ...rest, data: { ...before, ...Object.fromEntries(encoded) } };
}

function servicePorts(spec: Fields): Fields {
  if (!Array.isArray(spec['ports'])) return spec;
  const ports = spec['ports'].map((port: unknown) =>
    isFields(port) ? { protocol: 'TCP', targetPort: port['port'], ...port } : port,
  );
  return { ...spec, ports };
}

function specOf(object: KubeObject): Fields {
  return isFields(object['spec']) ? object['spec'] : {};
}
