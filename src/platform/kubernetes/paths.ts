import type { KubeResource } from '../../ports/kubernetes.ts';

/** `/apis/apps/v1/namespaces/media/deployments/jellyfin`; every part is escaped. */
export function pathOf({
  resource: { group, version, plural },
  namespace,
  name,
  subresource,
}: {
  readonly resource: KubeResource;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}): string {
  const parts = [
    ...(group ? ['apis', group] : ['api']),
    version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** The query of a request, without what is not set. */
export function queryOf(
  values: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '' && value !== false) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export const PODS: KubeResource = { version: 'v1', plural: 'pods' };
