import { objectType } from '../schema/schema.ts';
import { ALL_VERBS, type Resource, type Subresource } from './resource.ts';

/**
 * The table below, a row a resource: plural, kind, short names, what else. `c:` names columns of
 * categories, `s:` subresources, `f:` fields to select by; `*` marks kinds without a namespace and
 * `+` those that can only be created (questions to the API).
 */
const TABLE: Readonly<Record<string, string>> = {
  'core.v1': `
    namespaces Namespace ns * s:status,finalize f:status.phase
    nodes Node no * s:status,proxy f:spec.unschedulable
    pods Pod po c:all s:status,log,exec,attach,portforward,eviction,binding,ephemeralcontainers f:spec.nodeName,spec.restartPolicy,spec.schedulerName,spec.serviceAccountName,spec.hostNetwork,status.phase,status.podIP,status.nominatedNodeName
    events Event ev f:involvedObject.kind,involvedObject.namespace,involvedObject.name,involvedObject.uid,involvedObject.apiVersion,involvedObject.resourceVersion,involvedObject.fieldPath,reason,reportingComponent,source,type
    secrets Secret - f:type
    configmaps ConfigMap cm
    serviceaccounts ServiceAccount sa s:token
    persistentvolumeclaims PersistentVolumeClaim pvc s:status
    persistentvolumes PersistentVolume pv * s:status
    services Service svc c:all s:status f:spec.clusterIP,spec.type
    endpoints Endpoints ep
    resourcequotas ResourceQuota quota s:status
    limitranges LimitRange limits
    bindings Binding - +`,
  'apps.v1': `
    deployments Deployment deploy c:all s:status,scale
    replicasets ReplicaSet rs c:all s:status,scale f:status.replicas
    daemonsets DaemonSet ds c:all s:status
    statefulsets StatefulSet sts c:all s:status,scale`,
  'batch.v1': `
    jobs Job - c:all s:status f:status.successful
    cronjobs CronJob cj c:all s:status`,
  'storage.v1': `
    storageclasses StorageClass sc *
    csidrivers CSIDriver - *
    csinodes CSINode - *
    volumeattachments VolumeAttachment - * s:status`,
  'coordination.v1': `
    leases Lease -`,
  'discovery.v1': `
    endpointslices EndpointSlice -`,
  'rbac.v1': `
    roles Role -
    rolebindings RoleBinding -
    clusterroles ClusterRole - *
    clusterrolebindings ClusterRoleBinding - *`,
  'authorization.v1': `
    selfsubjectaccessreviews SelfSubjectAccessReview - *+
    subjectaccessreviews SubjectAccessReview - *+
    localsubjectaccessreviews LocalSubjectAccessReview - +
    selfsubjectrulesreviews SelfSubjectRulesReview - *+`,
  'authentication.v1': `
    selfsubjectreviews SelfSubjectReview - *+
    tokenreviews TokenReview - *+`,
  'apiextensions.v1': `
    customresourcedefinitions CustomResourceDefinition crd,crds * c:api-extensions s:status`,
};

const GROUPS: Readonly<Record<string, string>> = {
  core: '',
  apps: 'apps',
  batch: 'batch',
  storage: 'storage.k8s.io',
  coordination: 'coordination.k8s.io',
  discovery: 'discovery.k8s.io',
  rbac: 'rbac.authorization.k8s.io',
  authorization: 'authorization.k8s.io',
  authentication: 'authentication.k8s.io',
  apiextensions: 'apiextensions.k8s.io',
};

const READ_WRITE = ['get', 'patch', 'update'] as const;
const SUBRESOURCES: Readonly<Record<string, Subresource>> = {
  status: { name: 'status', verbs: READ_WRITE },
  finalize: { name: 'finalize', verbs: ['update'] },
  log: { name: 'log', verbs: ['get'] },
  exec: { name: 'exec', verbs: ['create', 'get'], kind: v1('PodExecOptions') },
  attach: { name: 'attach', verbs: ['create', 'get'], kind: v1('PodAttachOptions') },
  portforward: { name: 'portforward', verbs: ['create', 'get'], kind: v1('PodPortForwardOptions') },
  proxy: { name: 'proxy', verbs: ['get'], kind: v1('NodeProxyOptions') },
  binding: { name: 'binding', verbs: ['create'], kind: v1('Binding') },
  ephemeralcontainers: { name: 'ephemeralcontainers', verbs: READ_WRITE },
  eviction: {
    name: 'eviction',
    verbs: ['create'],
    kind: { group: 'policy', version: 'v1', kind: 'Eviction' },
  },
  scale: {
    name: 'scale',
    verbs: READ_WRITE,
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  },
  token: {
    name: 'token',
    verbs: ['create'],
    kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  },
};

/** Every resource the API serves without a CustomResourceDefinition. */
export const BUILTIN: readonly Resource[] = Object.entries(TABLE).flatMap(([at, rows]) =>
  rows
    .trim()
    .split('\n')
    .map((row) => readRow(at, row.trim())),
);

function readRow(at: string, row: string): Resource {
  const [plural = '', kind = '', shortNames = '-', ...rest] = row.split(' ');
  const [prefix = '', version = ''] = at.split('.');
  const marks = rest.find((word) => /^[*+]+$/.test(word)) ?? '';
  const listed = (letter: string): string[] =>
    rest
      .find((word) => word.startsWith(`${letter}:`))
      ?.slice(2)
      .split(',') ?? [];
  return {
    group: GROUPS[prefix] ?? prefix,
    version,
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: !marks.includes('*'),
    shortNames: shortNames === '-' ? [] : shortNames.split(','),
    categories: listed('c'),
    verbs: marks.includes('+') ? ['create'] : ALL_VERBS,
    subresources: listed('s').flatMap((name) => SUBRESOURCES[name] ?? []),
    fieldLabels: listed('f'),
    type: { is: 'object', type: objectType(`${at}.${kind}`) },
    typeName: `${at}.${kind}`,
  };
}

function v1(kind: string): { group: string; version: string; kind: string } {
  return { group: '', version: 'v1', kind };
}
