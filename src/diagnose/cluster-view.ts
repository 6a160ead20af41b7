import type { ClusterFacts } from '../model/cluster.ts';
import type { ClusterView, StorageInUse } from '../model/diagnosis.ts';
import type { Fact } from '../model/fact.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { advertisedRoutes } from './cluster-advertised.ts';
import { clusterSymptoms } from './cluster-symptoms.ts';
import { differential } from './differential.ts';
import { hostOfUrl, OPERATOR_ID, operatorSentence, operatorWay } from './operator-view.ts';

/** The Kubernetes side of a diagnosis; absent where no cluster was read. */
export function clusterView(snapshot: Snapshot): ClusterView | undefined {
  const { cluster, question } = snapshot;
  if (!cluster) return undefined;
  const { server, context, sinceUnixMs, signatures } = cluster;
  return {
    server,
    ...(context === undefined ? {} : { context }),
    ...(sinceUnixMs === undefined ? {} : { sinceUnixMs }),
    symptoms: clusterSymptoms(cluster),
    signatures: signatures.filter(({ category }) => category !== 'progress'),
    storage: storageInUse(cluster),
    advertised: advertisedRoutes(cluster, question.controls).map(({ covers, ...route }) => ({
      ...route,
      covers: covers.map(({ what, name }) => (what === 'other' ? name : `${what} ${name}`)),
    })),
    operator: operatorLines(snapshot, cluster),
    differential: differential(snapshot),
    limits: limitsOf(cluster),
  };
}

function operatorLines(snapshot: Snapshot, { server }: ClusterFacts): string[] {
  if (!snapshot.hosts[OPERATOR_ID]) return [];
  return [
    operatorSentence('the API server', operatorWay(snapshot, hostOfUrl(server))),
    ...snapshot.question.serverAddresses.map((address) =>
      operatorSentence('the storage server', operatorWay(snapshot, address)),
    ),
  ];
}

/** One entry for each server, the one that most pods hang on first. */
function storageInUse(cluster: ClusterFacts): StorageInUse[] {
  const servers = new Map<string, StorageInUse>();
  for (const { server, driver, ports, volumes, place, outdated } of itemsOf(cluster.backends)) {
    const before = servers.get(server);
    servers.set(server, {
      server,
      drivers: [...new Set([...(before?.drivers ?? []), driver])],
      ports: [...new Set([...(before?.ports ?? []), ...ports.map(({ port }) => port)])],
      volumes: (before?.volumes ?? 0) + volumes,
      ...usersOf(server, cluster),
      place,
      // one driver that still is configured with it is enough
      outdated: (before?.outdated ?? true) && outdated,
    });
  }
  return [...servers.values()].toSorted((a, b) => b.pods - a.pods || b.volumes - a.volumes);
}

function usersOf(server: string, { hangingPods }: ClusterFacts) {
  const users = itemsOf(hangingPods).filter(({ volumes }) =>
    volumes.some((volume) => volume.server === server),
  );
  const nodes = users.flatMap(({ nodeName }) => nodeName ?? []);
  return { pods: users.length, nodes: [...new Set(nodes)] };
}

function limitsOf({ lacking, bounded }: ClusterFacts): string[] {
  const rights = lacking.map(
    ({ verb, resource, namespace, hides }) =>
      `no right to ${verb} ${resource}${namespace === undefined ? '' : ` in ${namespace}`}, which would tell ${hides}`,
  );
  return [...rights, ...bounded];
}

function itemsOf<T>(fact: Fact<readonly T[]>): readonly T[] {
  return fact.seen ? fact.value : [];
}
