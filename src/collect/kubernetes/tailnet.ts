import type { TailnetResource } from '../../model/cluster-tailnet.ts';
import type { Connector, Pod } from './schema.ts';

const PARENT = 'tailscale.com/parent-resource';
const PARENT_TYPE = 'tailscale.com/parent-resource-type';
export const TAILSCALE_PODS = 'tailscale.com/managed=true';

/** A Connector or ProxyGroup in our words; the operator writes advertised routes as one string. */
export function tailnetResource(
  kind: 'Connector' | 'ProxyGroup',
  { metadata, spec, status }: Connector,
  {
    acceptingClasses,
    pods,
  }: { readonly acceptingClasses: ReadonlySet<string>; readonly pods: readonly Pod[] },
): TailnetResource {
  const ready = status?.conditions?.find(({ type }) => type === `${kind}Ready`);
  const devices = status?.devices ?? [];
  const hostnames = [status?.hostname, ...devices.map(({ hostname }) => hostname)];
  const addresses = [
    ...(status?.tailnetIPs ?? []),
    ...devices.flatMap(({ tailnetIPs }) => tailnetIPs ?? []),
  ];
  return {
    kind,
    name: metadata.name,
    asksFor: [...(spec?.subnetRouter?.advertiseRoutes ?? [])],
    advertises: (status?.subnetRoutes ?? '')
      .split(',')
      .map((route) => route.trim())
      .filter((route) => route !== ''),
    isExitNode: status?.isExitNode ?? spec?.exitNode ?? false,
    acceptsRoutes: spec?.proxyClass !== undefined && acceptingClasses.has(spec.proxyClass),
    ...(spec?.proxyClass === undefined ? {} : { proxyClass: spec.proxyClass }),
    hostnames: unique(hostnames.filter((name) => name !== undefined && name !== '')),
    tailnetAddresses: unique(addresses),
    ...(ready === undefined ? {} : { ready: ready.status === 'True' }),
    pods: podsOf(kind, metadata.name, pods),
  };
}

function podsOf(kind: string, name: string, pods: readonly Pod[]): TailnetResource['pods'] {
  return pods
    .filter(
      ({ metadata: { labels } }) =>
        labels?.[PARENT] === name && labels[PARENT_TYPE]?.toLowerCase() === kind.toLowerCase(),
    )
    .map(({ metadata, spec }) => ({
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
      ...(spec.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
      hostNetwork: spec.hostNetwork === true,
    }));
}

function unique<T>(values: readonly (T | undefined)[]): T[] {
  return [...new Set(values.filter((value): value is T => value !== undefined))];
}
