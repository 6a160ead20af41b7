import { type Fields, fieldAt, isFields, type KubeObject } from '../object.ts';
import type { Store } from '../store/store.ts';
import type { User } from './user.ts';

/** What somebody wants to do, as RBAC sees it. */
export type Attributes =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string | undefined;
      readonly namespace?: string | undefined;
      readonly name?: string | undefined;
    }
  | { readonly verb: string; readonly path: string };

export interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface Decision {
  readonly allowed: boolean;
  /** Which binding allowed it, as the real server says it in reviews. */
  readonly reason: string;
}

/** Roles and bindings in the store, evaluated anew for every question. */
export interface Authorizer {
  decide(user: User, wanted: Attributes): Decision;
  /** Every rule that holds for a user in a namespace. */
  rulesFor(user: User, namespace: string): readonly PolicyRule[];
}

const RBAC = 'rbac.authorization.k8s.io';

export function createAuthorizer(store: Store): Authorizer {
  const grants = (user: User, namespace: string | undefined): readonly Grant[] => {
    const wide = store
      .list(`clusterrolebindings.${RBAC}`)
      .items.map(({ object }) => grantOf(store, object));
    const narrow = store
      .list(`rolebindings.${RBAC}`)
      .items.filter(({ object }) => object.metadata.namespace === namespace)
      .map(({ object }) => grantOf(store, object));
    return [...wide, ...narrow].filter(({ binding }) => isSubject(binding, user));
  };
  return {
    decide(user, wanted) {
      if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
      const namespace = 'path' in wanted ? undefined : wanted.namespace;
      const grant = grants(user, namespace || undefined).find(({ rules }) =>
        rules.some((rule) => allows(rule, wanted)),
      );
      return grant
        ? { allowed: true, reason: reasonOf(grant, user) }
        : { allowed: false, reason: '' };
    },
    rulesFor(user, namespace) {
      if (user.groups.includes('system:masters')) {
        return [
          { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
          { verbs: ['*'], nonResourceURLs: ['*'] },
        ];
      }
      return grants(user, namespace).flatMap(({ rules }) => rules);
    },
  };
}

interface Grant {
  readonly binding: KubeObject;
  readonly rules: readonly PolicyRule[];
}

function grantOf(store: Store, binding: KubeObject): Grant {
  const ref = fieldAt(binding, 'roleRef');
  const kind = fieldAt(ref, 'kind');
  const name = String(fieldAt(ref, 'name'));
  const role =
    kind === 'ClusterRole'
      ? store.get(`clusterroles.${RBAC}`, name)
      : store.get(`roles.${RBAC}`, `${binding.metadata.namespace}/${name}`);
  return { binding, rules: role ? rulesOf(store, role.object) : [] };
}

/** A role's own rules, and for aggregated roles those of the roles its selectors find. */
function rulesOf(store: Store, role: KubeObject): readonly PolicyRule[] {
  const own = Array.isArray(role['rules']) ? (role['rules'] as readonly PolicyRule[]) : [];
  const selectors = fieldAt(role, 'aggregationRule.clusterRoleSelectors');
  if (!Array.isArray(selectors)) return own;
  const isChosen = ({ metadata }: KubeObject): boolean =>
    selectors.some((selector) => {
      const labels = fieldAt(selector, 'matchLabels');
      const wanted = Object.entries(isFields(labels) ? labels : {});
      return wanted.every(([key, value]) => metadata.labels?.[key] === value);
    });
  const parts = store
    .list(`clusterroles.${RBAC}`)
    .items.filter(({ object }) => object.metadata.name !== role.metadata.name && isChosen(object));
  return [...own, ...parts.flatMap(({ object }) => rulesOf(store, object))];
}

function isSubject(binding: KubeObject, user: User): boolean {
  const subjects = binding['subjects'];
  if (!Array.isArray(subjects)) return false;
  return subjects.filter(isFields).some((subject: Fields) => {
    const name = String(subject['name']);
    if (subject['kind'] === 'User') return name === user.name;
    if (subject['kind'] === 'Group') return user.groups.includes(name);
    return user.name === `system:serviceaccount:${String(subject['namespace'])}:${name}`;
  });
}

function allows(rule: PolicyRule, wanted: Attributes): boolean {
  const { verbs = [] } = rule;
  if (!verbs.includes('*') && !verbs.includes(wanted.verb)) return false;
  if ('path' in wanted) {
    return (rule.nonResourceURLs ?? []).some(
      (url) =>
        url === wanted.path || (url.endsWith('*') && wanted.path.startsWith(url.slice(0, -1))),
    );
  }
  const { apiGroups = [], resources = [], resourceNames = [] } = rule;
  if (!apiGroups.includes('*') && !apiGroups.includes(wanted.group)) return false;
  const { resource, subresource } = wanted;
  const whole = subresource ? `${resource}/${subresource}` : resource;
  const isCovered =
    resources.includes('*') ||
    resources.includes(whole) ||
    (subresource !== undefined && resources.includes(`*/${subresource}`));
  if (!isCovered) return false;
  return (
    resourceNames.length === 0 || (wanted.name !== undefined && resourceNames.includes(wanted.name))
  );
}

function reasonOf({ binding }: Grant, user: User): string {
  const name = binding.metadata.namespace
    ? `${binding.metadata.name}/${binding.metadata.namespace}`
    : binding.metadata.name;
  const ref = fieldAt(binding, 'roleRef');
  const subjects = Array.isArray(binding['subjects']) ? binding['subjects'].filter(isFields) : [];
  const subject = subjects.find((one) =>
    one['kind'] === 'Group' ? user.groups.includes(String(one['name'])) : true,
  );
  const who =
    subject?.['kind'] === 'ServiceAccount'
      ? `"${String(subject['name'])}/${String(subject['namespace'])}"`
      : `"${String(subject?.['name'])}"`;
  return `RBAC: allowed by ${binding.kind} "${name}" of ${String(fieldAt(ref, 'kind'))} "${String(fieldAt(ref, 'name'))}" to ${String(subject?.['kind'])} ${who}`;
}
