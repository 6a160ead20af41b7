import { stringify } from 'yaml';

export interface KubeconfigUser {
  readonly name: string;
  readonly credentials:
    | { readonly certificate: string; readonly key: string }
    | { readonly token: string };
}

/** A kubeconfig with one cluster and a context for each user, named like the user. */
export function kubeconfig({
  server,
  ca,
  users,
  cluster = 'homelab',
  namespace = 'default',
}: {
  /** `https://10.0.0.197:6443` */
  readonly server: string;
  /** PEM. */
  readonly ca: string;
  /** The first is the current context. */
  readonly users: readonly KubeconfigUser[];
  readonly cluster?: string;
  readonly namespace?: string;
}): string {
  const contexts = users.map(({ name }) => ({
    name: `${name}@${cluster}`,
    context: { cluster, user: name, namespace },
  }));
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(ca) } }],
      users: users.map(({ name, credentials }) => ({ name, user: userEntry(credentials) })),
      contexts,
      'current-context': contexts[0]?.name ?? '',
      preferences: {},
    },
    { lineWidth: 0 },
  );
}

function userEntry(credentials: KubeconfigUser['credentials']): Record<string, string> {
  if ('token' in credentials) return { token: credentials.token };
  return {
    'client-certificate-data': base64(credentials.certificate),
    'client-key-data': base64(credentials.key),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
