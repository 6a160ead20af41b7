import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import type { Daemon, DaemonFactory } from '../host/daemon.ts';
import { timeText } from '../kubernetes/api/api.ts';
import { homelabPrograms } from '../kubernetes/csi/programs.ts';
import { homelabObjects } from '../kubernetes/homelab/homelab.ts';
import { crashLoopingControllers } from '../kubernetes/homelab/past.ts';
import { type Kubernetes, type KubernetesOptions, startKubernetes } from '../kubernetes/start.ts';
import { LAB_API_KEY } from '../truenas/accounts.ts';
import { createClusterChanges } from './cluster-changes.ts';
import { containerPaths } from './container-path.ts';
import { API_PORT, CLUSTER_DIR, kubeconfigPath } from './describe.ts';
import { podHttp } from './nas-request.ts';
import { mountFromNodes } from './node-mount.ts';
import { type NodePlace, nodePlaces } from './node-places.ts';
import { servePodDns } from './pod-dns.ts';
import { createPodNetwork, type PodNetwork, podNetworks } from './pod-network.ts';
import { processExec, processStarter } from './pod-processes.ts';
import { LAB_USERS, USER_OBJECTS } from './users.ts';

const CONNECTOR = 'homelab-subnet-router';
/** On the node's own tmpfs: sockets of containers. */
const STATE_DIR = '/run/kubernetes';

/** Every request of a client, one `audit.k8s.io/v1` event a line. */
const AUDIT = `${CLUSTER_DIR}/audit.jsonl`;

/** TrueNAS revokes keys that come over plain HTTP since 25.04. */
const NAS = {
  protocol: 'https',
  host: '10.0.0.210',
  port: 443,
  apiKey: LAB_API_KEY,
  allowInsecure: true,
} as const;

/**
 * The homelab's cluster, served by the node it consists of. Once it has been told to serve, it does
 * as long as the lab is.
 */
export const createKubernetesDaemon: DaemonFactory = () => {
  let running: Promise<Kubernetes> | undefined;
  const changes = createClusterChanges(NAS);
  return {
    async become({ mode, backOffScale = 1, restarts = 0, nodes = 1, cluster = {} }) {
      const { driverCrashes } = changes;
      if (mode !== 'closed') {
        running ??= startCluster({ backOffScale, restarts, nodes, driverCrashes });
      }
      const kubernetes = await running;
      if (kubernetes) changes.become(kubernetes, cluster);
    },
  } satisfies Daemon;
};

async function startCluster({
  backOffScale,
  restarts,
  nodes,
  driverCrashes,
}: {
  readonly backOffScale: number;
  readonly restarts: number;
  readonly nodes: number;
  readonly driverCrashes: () => boolean;
}): Promise<Kubernetes> {
  mkdirSync(STATE_DIR, { recursive: true });
  mkdirSync(CLUSTER_DIR, { recursive: true });
  const places = nodePlaces(nodes);
  const [first] = places;
  const network = podNetworks(new Map(places.map((place) => [place.name, networkOn(place)])));
  const program = process.argv[1] ?? '';
  const enterNode = (name: string | undefined) =>
    places.find((place) => place.name === name)?.enter ?? [];
  const resolving = await servePodDns(first.address, STATE_DIR);
  const paths = containerPaths(`${STATE_DIR}/bin`);
  const kubernetes = await startKubernetes({
    listen: { host: first.address, port: API_PORT },
    nodes: places,
    objects: [...homelab(places), ...USER_OBJECTS],
    stateDir: STATE_DIR,
    backOffScale,
    podIp: network.addressOf,
    ...(restarts > 0 ? { past: ofFirstPods(crashLoopingControllers(Date.now(), restarts)) } : {}),
    onAudit: (event) => appendFileSync(AUDIT, `${JSON.stringify(event)}\n`),
    runners: {
      programs: homelabPrograms(podHttp(network, program, resolving), driverCrashes),
      start: processStarter(network, paths),
      exec: processExec(network, paths),
      mount: mountFromNodes(enterNode, program),
    },
  });
  kubernetes.cluster.subscribe(({ type, stored }) => {
    const { uid = '' } = stored.object.metadata;
    if (stored.resource === 'pods' && type === 'DELETED') network.remove(uid);
  });
  for (const user of LAB_USERS) {
    const mode = 0o600;
    writeFileSync(kubeconfigPath(user.name), kubernetes.kubeconfigFor(user), { mode });
  }
  return kubernetes;
}

type PastOf = NonNullable<KubernetesOptions['past']>;

/** Only the first pod of an owner has that past; those that replace it begin anew. */
function ofFirstPods(past: PastOf): PastOf {
  const first = new Map<string, string>();
  return (pod, container) => {
    const { uid = '', ownerReferences } = pod.metadata;
    const owner = ownerReferences?.[0]?.uid ?? uid;
    if (!first.has(owner)) first.set(owner, uid);
    return first.get(owner) === uid ? past(pod, container) : undefined;
  };
}

/** The Connector is a host of the lab, in the pod network of the first node. */
function networkOn({ podNetwork: prefix, enter }: NodePlace): PodNetwork {
  const connector = {
    label: ['tailscale.com/parent-resource', CONNECTOR],
    host: 'connector',
    address: '10.244.0.11',
  } as const;
  const podHosts = enter.length === 0 ? [connector] : [];
  return createPodNetwork({ prefix, bridge: 'cni0', firstOctet: 20, podHosts, enterNode: enter });
}

function homelab([first, ...more]: readonly [NodePlace, ...NodePlace[]]) {
  return homelabObjects({
    nas: NAS,
    nodeNames: [first, ...more].map(({ name }) => name),
    routerNode: first.name,
    routerTailnetAddress: '100.68.1.3',
    advertises: ['10.0.0.197/32', '10.0.0.231/32', '10.0.0.210/32', '10.0.0.1/32'],
    nowText: timeText(Date.now()),
  });
}
