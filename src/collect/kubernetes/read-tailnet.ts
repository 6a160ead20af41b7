import type { TailnetResource } from '../../model/cluster-tailnet.ts';
import { type Fact, seen } from '../../model/fact.ts';
import type { ClusterReader } from './reader.ts';
import { RESOURCES } from './resources.ts';
import { Connector, Pod, ProxyClass } from './schema.ts';
import { TAILSCALE_PODS, tailnetResource } from './tailnet.ts';

const HIDES = 'which addresses of the LAN the cluster tells a tailnet about';

/** Connectors and ProxyGroups with the pods that carry them out. */
export async function readTailnet(reader: ClusterReader): Promise<Fact<TailnetResource[]>> {
  const found: { kind: 'Connector' | 'ProxyGroup'; object: Connector }[] = [];
  const acceptingClasses = new Set<string>();
  const pods: Pod[] = [];
  const kinds = [
    { kind: 'Connector', resource: RESOURCES.connectors },
    { kind: 'ProxyGroup', resource: RESOURCES.proxyGroups },
  ] as const;
  const [connectors] = await Promise.all([
    ...kinds.map(({ kind, resource }) =>
      reader.list(
        { resource },
        {
          schema: Connector,
          take: (object) => found.push({ kind, object }),
          hides: HIDES,
          optionalKind: true,
        },
      ),
    ),
    reader.list(
      { resource: RESOURCES.proxyClasses },
      {
        schema: ProxyClass,
        take({ metadata, spec }) {
          if (spec?.tailscale?.acceptRoutes === true) acceptingClasses.add(metadata.name);
        },
        hides: HIDES,
        optionalKind: true,
      },
    ),
  ]);
  if (connectors && !connectors.seen) return connectors;
  if (found.length > 0) {
    await reader.list(
      { resource: RESOURCES.pods, labelSelector: TAILSCALE_PODS },
      { schema: Pod, take: (pod) => pods.push(pod), hides: 'the pods of subnet routers' },
    );
  }
  const resources = found.map(({ kind, object }) =>
    tailnetResource(kind, object, { acceptingClasses, pods }),
  );
  return seen(resources, 'kubectl get connectors.tailscale.com', reader.now());
}
