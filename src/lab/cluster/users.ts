import type { KubeUser } from '../kubernetes/api-server.ts';
import type { KubeObject } from '../kubernetes/object.ts';

/** May do everything. */
const ADMIN: KubeUser = { name: 'admin', groups: ['system:masters'] };
/** May see everything but Secrets, and change nothing. */
const OPERATOR: KubeUser = { name: 'operator', groups: ['operators'], by: 'token' };

/** Who has a kubeconfig in the lab. */
export const LAB_USERS: readonly KubeUser[] = [ADMIN, OPERATOR];

const API_GROUP = 'rbac.authorization.k8s.io';
const ROLE = 'read-only-operator';

/** What {@link OPERATOR} may do: `view`, and the kinds without a namespace that it leaves out. */
export const USER_OBJECTS: readonly KubeObject[] = [
  {
    apiVersion: `${API_GROUP}/v1`,
    kind: 'ClusterRole',
    metadata: { name: ROLE },
    rules: [
      reading('', 'nodes', 'persistentvolumes'),
      reading('storage.k8s.io', 'csidrivers', 'csinodes', 'storageclasses', 'volumeattachments'),
      reading('coordination.k8s.io', 'leases'),
      reading('tailscale.com', 'connectors', 'proxyclasses', 'proxygroups'),
    ],
  },
  binding('view'),
  binding(ROLE),
];

function reading(group: string, ...resources: readonly string[]) {
  return { apiGroups: [group], resources, verbs: ['get', 'list', 'watch'] };
}

function binding(role: string): KubeObject {
  return {
    apiVersion: `${API_GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `operators-${role}` },
    roleRef: { apiGroup: API_GROUP, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: API_GROUP, kind: 'Group', name: 'operators' }],
  };
}
