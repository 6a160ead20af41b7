import { type Fields, isFields } from '../object.ts';

/**
 * Fills in what the real server fills into a pod's spec.
 *
 * Source: kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_Pod, SetDefaults_Container.
 */
export function withPodSpecDefaults(spec: Fields): Fields {
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...spec,
    ...withContainers(spec, 'containers'),
    ...withContainers(spec, 'initContainers'),
    ...(Array.isArray(spec['volumes']) ? { volumes: spec['volumes'].map(volume) } : {}),
  };
}

function withContainers(spec: Fields, field: string): Fields {
  const list = spec[field];
  return Array.isArray(list) ? { [field]: list.map((item) => container(item)) } : {};
}

function container(value: unknown): unknown {
  if (!isFields(value)) return value;
  const image = String(value['image'] ?? '');
  const isFloating = !/:[^/]+$|@/.test(image) || image.endsWith(':latest');
  return {
    imagePullPolicy: isFloating ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...value,
    ...(Array.isArray(value['ports']) ? { ports: value['ports'].map(port) } : {}),
    ...probe(value, 'livenessProbe'),
    ...probe(value, 'readinessProbe'),
    ...probe(value, 'startupProbe'),
  };
}

function port(value: unknown): unknown {
  return isFields(value) ? { protocol: 'TCP', ...value } : value;
}

function probe(from: Fields, field: string): Fields {
  const value = from[field];
  if (!isFields(value)) return {};
  const filled = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  return { [field]: { ...filled, ...value } };
}

/** Volume sources whose files have a mode. */
const MODES = ['secret', 'configMap', 'projected', 'downwardAPI'];

function volume(value: unknown): unknown {
  if (!isFields(value)) return value;
  const source = MODES.find((name) => isFields(value[name]));
  if (source) return { ...value, [source]: { defaultMode: 0o644, ...(value[source] as Fields) } };
  const hostPath = value['hostPath'];
  return isFields(hostPath) ? { ...value, hostPath: { type: '', ...hostPath } } : value;
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * What admission adds to a pod when it is created: its account, the token volume of that account,
 * and tolerations for short node failures.
 *
 * @param suffix Five characters that tell the volume apart.
 */
export function admitPod(spec: Fields, suffix: string): Fields {
  const account = spec['serviceAccountName'] ?? spec['serviceAccount'] ?? 'default';
  const admitted = {
    ...spec,
    serviceAccountName: account,
    serviceAccount: account,
    enableServiceLinks: spec['enableServiceLinks'] ?? true,
    preemptionPolicy: spec['preemptionPolicy'] ?? 'PreemptLowerPriority',
    priority: spec['priority'] ?? 0,
    tolerations: [...listOf(spec['tolerations']), ...nodeTolerations(listOf(spec['tolerations']))],
  };
  return spec['automountServiceAccountToken'] === false ? admitted : withToken(admitted, suffix);
}

function nodeTolerations(present: readonly unknown[]): readonly unknown[] {
  return ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter(
      (key) =>
        !present.some((item) => isFields(item) && [key, undefined].includes(textOf(item['key']))),
    )
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
}

function withToken(spec: Fields, suffix: string): Fields {
  const name = `kube-api-access-${suffix}`;
  const mount = { name, readOnly: true, mountPath: TOKEN_PATH };
  const mounted = (list: unknown) =>
    listOf(list).map((item) =>
      isFields(item) ? { ...item, volumeMounts: [...listOf(item['volumeMounts']), mount] } : item,
    );
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
  ];
  return {
    ...spec,
    containers: mounted(spec['containers']),
    ...(spec['initContainers'] ? { initContainers: mounted(spec['initContainers']) } : {}),
    volumes: [...listOf(spec['volumes']), { name, projected: { defaultMode: 0o644, sources } }],
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
