import { type Fields, fieldAt, isFields, type KubeObject, withMeta } from '../object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import { admitPod } from './pod-defaults.ts';

export interface Admission {
  readonly nowText: string;
  /** Lower-case letters and digits, as many as asked. */
  suffix(length: number): string;
  /** A free address of the service network. */
  serviceAddress(): string;
}

/** What the server makes of an object in the moment it is created: first status, protections. */
export function admit(object: KubeObject, resource: Resource, by: Admission): KubeObject {
  return FIRST[resourceId(resource)]?.(object, by) ?? object;
}

type Admit = (object: KubeObject, by: Admission) => KubeObject;

const FIRST: Readonly<Record<string, Admit>> = {
  namespaces: (object) => ({ ...object, status: { phase: 'Active' } }),
  pods: (object, by) => ({
    ...object,
    spec: admitPod(fieldsAt(object, 'spec'), by.suffix(5)),
    status: { phase: 'Pending', qosClass: qosClass(fieldsAt(object, 'spec')) },
  }),
  services: (object, by) => {
    const spec = fieldsAt(object, 'spec');
    const clusterIP = spec['clusterIP'] ?? by.serviceAddress();
    return {
      ...object,
      spec: {
        ...spec,
        clusterIP,
        clusterIPs: [clusterIP],
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
      },
      status: object['status'] ?? { loadBalancer: {} },
    };
  },
  persistentvolumeclaims: (object) => ({
    ...protectedBy(object, 'kubernetes.io/pvc-protection'),
    status: object['status'] ?? { phase: 'Pending' },
  }),
  persistentvolumes: (object) => ({
    ...protectedBy(object, 'kubernetes.io/pv-protection'),
    status: object['status'] ?? { phase: 'Available' },
  }),
  'volumeattachments.storage.k8s.io': (object) => ({
    ...object,
    status: object['status'] ?? { attached: false },
  }),
  'deployments.apps': (object) => ({ ...object, status: object['status'] ?? {} }),
  'replicasets.apps': (object) => ({ ...object, status: object['status'] ?? { replicas: 0 } }),
  'daemonsets.apps': (object) => ({
    ...object,
    status: object['status'] ?? {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    },
  }),
  'customresourcedefinitions.apiextensions.k8s.io': (object, { nowText }) => ({
    ...object,
    status: establishedStatus(object, nowText),
  }),
};

function protectedBy(object: KubeObject, finalizer: string): KubeObject {
  const finalizers = new Set([...(object.metadata.finalizers ?? []), finalizer]);
  return withMeta(object, { finalizers: [...finalizers] });
}

/** The lab serves a definition at once, so both conditions hold from the start. */
function establishedStatus(crd: KubeObject, nowText: string): Fields {
  const condition = (type: string, reason: string, message: string): Fields => ({
    type,
    status: 'True',
    lastTransitionTime: nowText,
    reason,
    message,
  });
  const versions = fieldAt(crd, 'spec.versions');
  const stored = (Array.isArray(versions) ? versions : []).filter(
    (version) => isFields(version) && version['storage'] === true,
  );
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: fieldAt(crd, 'spec.names'),
    storedVersions: stored.map((version) => fieldAt(version, 'name')),
  };
}

/** Source: kubernetes pkg/apis/core/v1/helper/qos, GetPodQOS. */
function qosClass(spec: Fields): string {
  const containers = Array.isArray(spec['containers']) ? spec['containers'] : [];
  const quantities = containers.map((container) => {
    const resources = fieldsAt(container, 'resources');
    return { limits: fieldsAt(resources, 'limits'), requests: fieldsAt(resources, 'requests') };
  });
  const isBare = quantities.every(
    ({ limits, requests }) => Object.keys({ ...limits, ...requests }).length === 0,
  );
  if (isBare) return 'BestEffort';
  const isGuaranteed = quantities.every(({ limits, requests }) =>
    ['cpu', 'memory'].every(
      (name) => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name],
    ),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

function fieldsAt(object: unknown, path: string): Fields {
  const found = fieldAt(object, path);
  return isFields(found) ? found : {};
}
