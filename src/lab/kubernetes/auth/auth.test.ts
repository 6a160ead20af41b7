import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { createStore } from '../store/store.ts';
import { createAuthority } from './certificates.ts';
import { DEFAULT_ROLES } from './default-roles.ts';
import { createAuthorizer, type PolicyRule } from './rbac.ts';
import { impersonated } from './user.ts';

describe('createAuthority()', () => {
  const authority = createAuthority('test-ca', Date.now());
  const ca = new X509Certificate(authority.certificate);

  test('signs itself and what it issues', () => {
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    const { certificate } = authority.serverCertificate(['10.0.0.197', 'localhost']);
    const server = new X509Certificate(certificate);
    expect(server.verify(ca.publicKey)).toBe(true);
    expect(server.checkIssued(ca)).toBe(true);
    expect(server.checkIP('10.0.0.197')).toBe('10.0.0.197');
    expect(server.checkHost('localhost')).toBe('localhost');
    expect(server.checkIP('10.0.0.1')).toBeUndefined();
  });

  test('names users and their groups as Kubernetes reads them', () => {
    const { certificate } = authority.clientCertificate('ann', ['one', 'two']);
    expect(new X509Certificate(certificate).subject).toBe('O=one\nO=two\nCN=ann');
  });

  test('is valid now and for a year', () => {
    expect(Date.parse(ca.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(ca.validTo)).toBeGreaterThan(Date.now() + 300 * 86_400_000);
  });
});

describe('createAuthorizer()', () => {
  const RBAC = 'rbac.authorization.k8s.io';
  const cluster = (rules: readonly PolicyRule[], subject: object) => {
    const store = createStore();
    for (const role of DEFAULT_ROLES) {
      store.put(`${role.kind.toLowerCase()}s.${RBAC}`, role);
    }
    const object = (kind: string, rest: object): KubeObject => ({
      apiVersion: `${RBAC}/v1`,
      kind,
      metadata: { name: 'test' },
      ...rest,
    });
    store.put(`clusterroles.${RBAC}`, object('ClusterRole', { rules }));
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: 'test' };
    store.put(
      `clusterrolebindings.${RBAC}`,
      object('ClusterRoleBinding', { roleRef, subjects: [subject] }),
    );
    return createAuthorizer(store);
  };
  const ann = { name: 'ann', groups: ['system:authenticated'] };
  const toAnn = { kind: 'User', name: 'ann' };
  const pods = { verb: 'get', group: '', resource: 'pods', namespace: 'n', name: 'p' };

  test.each([
    { rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, wanted: pods, is: true },
    { rule: { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, wanted: pods, is: true },
    { rule: { verbs: ['list'], apiGroups: [''], resources: ['pods'] }, wanted: pods, is: false },
    { rule: { verbs: ['get'], apiGroups: ['apps'], resources: ['pods'] }, wanted: pods, is: false },
    {
      rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
      wanted: { ...pods, subresource: 'log' },
      is: false,
    },
    {
      rule: { verbs: ['get'], apiGroups: [''], resources: ['*/log'] },
      wanted: { ...pods, subresource: 'log' },
      is: true,
    },
    {
      rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['p'] },
      wanted: pods,
      is: true,
    },
    {
      rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['q'] },
      wanted: pods,
      is: false,
    },
    {
      rule: { verbs: ['get'], nonResourceURLs: ['/metrics/*'] },
      wanted: { verb: 'get', path: '/metrics/x' },
      is: true,
    },
  ])('$rule for $wanted: $is', ({ rule, wanted, is }) => {
    expect(cluster([rule], toAnn).decide(ann, wanted).allowed).toBe(is);
  });

  test('lets masters do everything and anybody look at the version', () => {
    const { decide } = cluster([], toAnn);
    expect(decide({ name: 'x', groups: ['system:masters'] }, pods).allowed).toBe(true);
    const nobody = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
    expect(decide(nobody, { verb: 'get', path: '/version' }).allowed).toBe(true);
    expect(decide(nobody, { verb: 'get', path: '/api' }).allowed).toBe(false);
  });

  test('knows service accounts by namespace and name', () => {
    const subject = { kind: 'ServiceAccount', namespace: 'n', name: 'a' };
    const { decide } = cluster([{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }], subject);
    expect(decide({ name: 'system:serviceaccount:n:a', groups: [] }, pods).allowed).toBe(true);
    expect(decide({ name: 'system:serviceaccount:m:a', groups: [] }, pods).allowed).toBe(false);
  });
});

describe('impersonated()', () => {
  test('gives service accounts their groups', () => {
    const headers = { 'impersonate-user': 'system:serviceaccount:n:a' };
    expect(impersonated({ headers })?.groups).toEqual([
      'system:serviceaccounts',
      'system:serviceaccounts:n',
      'system:authenticated',
    ]);
  });
});
