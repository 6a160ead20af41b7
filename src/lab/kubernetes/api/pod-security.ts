import { type Fields, fieldAt, isFields } from '../object.ts';

export type PodSecurityLevel = 'privileged' | 'baseline';

export const ENFORCE_LABEL = 'pod-security.kubernetes.io/enforce';

/**
 * What the baseline level of PodSecurity has against a pod; nothing when it may pass.
 *
 * Source: k8s.io/pod-security-admission, policy checks of level baseline. Checked: host
 * namespaces, host path volumes, privileged containers, added capabilities.
 */
export function baselineViolations(spec: Fields): readonly string[] {
  const containers = [...listOf(spec['containers']), ...listOf(spec['initContainers'])];
  return [
    ...hostNamespaces(spec),
    ...volumes(spec),
    ...privileged(containers),
    ...capabilities(containers),
  ];
}

function hostNamespaces(spec: Fields): readonly string[] {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  if (used.length === 0) return [];
  return [`host namespaces (${used.map((field) => `${field}=true`).join(', ')})`];
}

function volumes(spec: Fields): readonly string[] {
  const names = listOf(spec['volumes'])
    .filter((volume) => volume['hostPath'] !== undefined)
    .map((volume) => `"${String(volume['name'])}"`);
  if (names.length === 0) return [];
  return [`hostPath volumes (volume${names.length > 1 ? 's' : ''} ${names.join(', ')})`];
}

function privileged(containers: readonly Fields[]): readonly string[] {
  const names = containers
    .filter((container) => fieldAt(container, 'securityContext.privileged') === true)
    .map(({ name }) => `"${String(name)}"`);
  if (names.length === 0) return [];
  return [
    `privileged (container${names.length > 1 ? 's' : ''} ${names.join(', ')} must not set securityContext.privileged=true)`,
  ];
}

/** What a container may add; container runtimes grant these anyway. */
const HARMLESS = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

function capabilities(containers: readonly Fields[]): readonly string[] {
  return containers.flatMap((container) => {
    const added = fieldAt(container, 'securityContext.capabilities.add');
    const bad = (Array.isArray(added) ? added : []).filter(
      (name) => !HARMLESS.includes(String(name)),
    );
    if (bad.length === 0) return [];
    const list = bad.map((name) => `"${String(name)}"`).join(', ');
    return [
      `non-default capabilities (container "${String(container['name'])}" must not include ${list} in securityContext.capabilities.add)`,
    ];
  });
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
