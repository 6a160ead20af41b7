import type { Case, ClusterCase, PodCase } from '../../src/causes/cause.ts';
import { clusterCauses } from '../../src/causes/index.ts';
import { ClusterFacts } from '../../src/model/cluster.ts';
import type { ClusterMessage } from '../../src/model/cluster-message.ts';
import type { CsiContainer, CsiPod, HangingPod } from '../../src/model/cluster-symptoms.ts';
import { missing, seen } from '../../src/model/fact.ts';
import { messageOf } from '../../src/readers/messages/message.ts';
import { caseOf, probe, SERVER } from './case.ts';

/** When everything of these clusters was read. */
export const READ_AT = 1_000_000_000;
export const HDD = 'org.democratic-csi.hdd';
export const CONTROLLER = 'democratic-csi-hdd-controller-x';
const NAMESPACE = 'democratic-csi';

const fact = <T>(value: T) => seen(value, 'kubectl get pods -A', READ_AT);
const unread = missing<never>('not asked');

/** A cluster of which nothing at all could be read. */
export const NOTHING_READ: ClusterFacts = ClusterFacts.parse({
  server: 'https://10.0.0.197:6443',
  readAtUnixMs: READ_AT,
  version: unread,
  nodes: unread,
  nodeCount: unread,
  hangingPods: unread,
  pendingClaims: unread,
  attachments: unread,
  csiNodes: unread,
  csiPods: unread,
  drivers: unread,
  backends: unread,
  driverEvents: unread,
  logs: unread,
  signatures: [],
  tailnet: unread,
  serviceAddresses: unread,
  lacking: [],
  bounded: [],
});

/** The homelab's cluster with nothing wrong in it, but for what is given. */
export function clusterFacts(parts: {
  readonly csiPods?: readonly CsiPod[];
  readonly logs?: readonly ClusterMessage[];
  readonly hangingPods?: readonly HangingPod[];
  readonly driverEvents?: readonly ClusterMessage[];
  readonly registered?: readonly string[];
  readonly server?: string;
}): ClusterFacts {
  const { csiPods = [], logs = [], hangingPods = [], driverEvents = [] } = parts;
  const { registered = [HDD], server = SERVER } = parts;
  return {
    ...NOTHING_READ,
    nodes: fact([
      { name: 'talos-1', addresses: ['10.0.0.197'], podNetworks: ['10.244.0.0/24'], ready: true },
    ]),
    hangingPods: fact([...hangingPods]),
    pendingClaims: fact([]),
    attachments: fact([]),
    csiNodes: fact([{ nodeName: 'talos-1', drivers: [...registered] }]),
    csiPods: fact([...csiPods]),
    drivers: fact([]),
    backends: fact([
      {
        driver: HDD,
        software: 'democratic-csi',
        server,
        ports: [{ port: 443, use: 'api' as const }],
        sources: ['secret' as const],
        place: 'network' as const,
        volumes: 3,
        volumeNames: [],
        storageClasses: ['truenas-hdd'],
        outdated: false,
      },
    ]),
    driverEvents: fact([...driverEvents]),
    logs: fact([...logs]),
  };
}

export function clusterCaseOf({
  cluster,
  cases = [],
  podCases = [],
}: {
  readonly cluster: ClusterFacts;
  readonly cases?: readonly Case[];
  readonly podCases?: readonly PodCase[];
}): ClusterCase {
  return { snapshot: { ...caseOf({}).snapshot, cluster }, cluster, cases, podCases };
}

/** Id and certainty of every cause that is present; the path is well unless other cases are given. */
export function presentIn(
  cluster: ClusterFacts,
  cases: readonly Case[] = [caseOf({ probes: [probe('answered', 1)] })],
): readonly string[] {
  const c = clusterCaseOf({ cluster, cases });
  return clusterCauses.flatMap(({ id, judge }) => {
    const verdict = judge(c);
    return verdict.is === 'present' ? [`${id} ${verdict.certainty}`] : [];
  });
}

/** A controller pod; of its containers those given are not as they should be. */
export function controllerPod(...troubled: readonly Partial<CsiContainer>[]): CsiPod {
  const names = ['external-attacher', 'external-provisioner', 'csi-driver', 'csi-proxy'];
  const containers = names.map((name): CsiContainer => {
    const change = troubled.find((one) => one.name === name);
    return { name, image: name, ready: true, restarts: 0, state: 'running', ...change };
  });
  return {
    namespace: NAMESPACE,
    name: CONTROLLER,
    role: 'controller',
    driver: HDD,
    workload: { kind: 'Deployment', namespace: NAMESPACE, name: 'democratic-csi-hdd-controller' },
    labels: {},
    nodeName: 'talos-1',
    hostNetwork: false,
    phase: 'Running',
    readyContainers: containers.filter(({ ready }) => ready).length,
    containers,
  };
}

/** A container in its back-off, that ended `agoMs` before all was read. */
export function crashing(name: string, exitCode: number, agoMs = 1000): Partial<CsiContainer> {
  return {
    name,
    ready: false,
    restarts: 5,
    state: 'waiting',
    reason: 'CrashLoopBackOff',
    lastExitCode: exitCode,
    lastEndedUnixMs: READ_AT - agoMs,
  };
}

/** A line in the log of a container of the controller. */
export function logged(container: string, text: string, agoMs = 1000): ClusterMessage {
  const atUnixMs = READ_AT - agoMs;
  const about = { kind: 'Pod', namespace: NAMESPACE, name: CONTROLLER };
  const times = { firstUnixMs: atUnixMs, lastUnixMs: atUnixMs };
  return messageOf({ where: 'log', about, container, count: 1, ...times }, text);
}

/** What democratic-csi logs when the API gave it no good answer. */
export function apiUnavailable(what: string): string {
  return `handler error - driver: FreeNASApiDriver method: Probe error: GrpcError: TrueNAS api is unavailable: Error: FreeNAS error getting system version info: ${what}`;
}

/** An application that waits for its volume, and what its events say. */
export function hangingPod(text: string, agoMs = 1000): HangingPod {
  const about = { kind: 'Pod', namespace: 'media', name: 'jellyfin-1' };
  const times = { firstUnixMs: READ_AT - 60_000, lastUnixMs: READ_AT - agoMs };
  return {
    namespace: 'media',
    name: 'jellyfin-1',
    nodeName: 'talos-1',
    hostNetwork: false,
    workload: { kind: 'Deployment', namespace: 'media', name: 'jellyfin' },
    reason: 'ContainerCreating',
    volumes: [{ claim: 'jellyfin-data', driver: HDD, server: SERVER }],
    messages: [
      messageOf({ where: 'event', about, reason: 'FailedMount', count: 3, ...times }, text),
    ],
  };
}
