import * as z from 'zod';
import type { ClusterFacts, ServiceAddress } from '../../model/cluster.ts';
import type { ClusterMessage } from '../../model/cluster-message.ts';
import type { StorageBackend, StorageDriver } from '../../model/cluster-storage.ts';
import type { FailedAttachment, HangingPod, PendingClaim } from '../../model/cluster-symptoms.ts';
import { type Fact, mapFact } from '../../model/fact.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Kubernetes } from '../../ports/kubernetes.ts';
import { signaturesOf } from '../../readers/messages/recognise.ts';
import { failedAttachment } from './attachments.ts';
import { storageBackends } from './backends.ts';
import { type ClusterLists, readLists } from './cluster-lists.ts';
import { readNodes } from './cluster-nodes.ts';
import { readConfigs } from './driver-configs.ts';
import { readDriverLogs } from './driver-logs.ts';
import { type DriverPods, driverEvents, readDriverPods } from './driver-pods.ts';
import { storageDrivers } from './drivers.ts';
import { hangingPod } from './hanging-pods.ts';
import { readTailnet } from './read-tailnet.ts';
import { ClusterReader, timeOf } from './reader.ts';
import { RESOURCES } from './resources.ts';
import { type Claim, Service } from './schema.ts';

export interface CollectClusterOptions {
  readonly clock: Clock;
  /** When aborted, what has not come yet becomes a missing fact. */
  readonly signal: AbortSignal;
  /** Only pods, claims and events of this namespace; drivers are looked for everywhere. */
  readonly namespace?: string | undefined;
  /** Whether addresses may be taken from Secrets where nothing else tells; default true. */
  readonly mayReadSecrets?: boolean | undefined;
}

/** Of symptoms of one kind; a cluster where more pods hang has one cause for most of them. */
const MOST_SYMPTOMS = 1000;

/**
 * Reads what hangs, on what storage, and where that storage lives. Never rejects: what could not
 * be read, for whatever reason, is a missing fact that tells why. Only reads.
 */
export async function collectCluster(
  kube: Kubernetes,
  { clock, signal, namespace, mayReadSecrets = true }: CollectClusterOptions,
): Promise<ClusterFacts> {
  const reader = new ClusterReader({ kube, clock, signal });
  const readAtUnixMs = clock.now();
  const [version, lists, tailnet, serviceAddresses] = await Promise.all([
    reader.get('/version', z.object({ gitVersion: z.string() })),
    readLists(reader, { namespace }),
    readTailnet(reader),
    readServices(reader),
  ]);
  const hangingPods = bounded(reader, 'hanging pods', hangingFrom(lists));
  const hangingNodes = new Set(
    hangingPods.seen ? hangingPods.value.flatMap(({ nodeName }) => nodeName ?? []) : [],
  );
  const drivers = await readDriverPods(reader, lists);
  const prefixes = tailnet.seen
    ? tailnet.value.flatMap((one) => [...one.asksFor, ...one.advertises])
    : [];
  const attachments = bounded(reader, 'attachments', attachmentsFrom(lists));
  const named = namedNodes(hangingNodes, { drivers, attachments });
  const [logs, configs, nodes] = await Promise.all([
    readDriverLogs(reader, { pods: drivers.pods, hangingNodes }),
    readConfigs(reader, { workloads: drivers.workloads, storage: lists.storage, mayReadSecrets }),
    readNodes(reader, { named, prefixes }),
  ]);
  const pendingClaims = bounded(reader, 'pending claims', claimsFrom(lists));
  const backends = mapFact(lists.went.volumes, () => storageBackends(lists.storage, configs));
  const events = driverEvents(drivers, lists);
  const messages = allMessages({ hangingPods, pendingClaims, attachments, events, logs });
  const shown = new Set(nodes.nodes.seen ? nodes.nodes.value.map(({ name }) => name) : []);
  return {
    server: kube.server,
    context: kube.context,
    readAtUnixMs,
    version: mapFact(version, ({ gitVersion }) => gitVersion),
    nodes: nodes.nodes,
    nodeCount: nodes.count,
    hangingPods,
    pendingClaims,
    attachments,
    csiNodes: mapFact(lists.went.csiNodes, () =>
      [...lists.registered]
        .filter(([nodeName]) => shown.has(nodeName) || named.has(nodeName))
        .map(([nodeName, names]) => ({ nodeName, drivers: [...names] })),
    ),
    csiPods: drivers.pods,
    drivers: driversFrom(lists, { drivers, backends }),
    backends,
    driverEvents: events,
    logs,
    signatures: signaturesOf(messages),
    sinceUnixMs: sinceOf(hangingPods, pendingClaims),
    tailnet,
    serviceAddresses,
    lacking: [...reader.lacking],
    bounded: [...reader.bounded],
  };
}

function hangingFrom(lists: ClusterLists): Fact<HangingPod[]> {
  return mapFact(lists.went.pods, () => lists.pendingPods.map((pod) => hangingPod(pod, lists)));
}

function attachmentsFrom({ went, attachments }: ClusterLists): Fact<FailedAttachment[]> {
  return mapFact(went.attachments, () => attachments.flatMap((one) => failedAttachment(one) ?? []));
}

function claimsFrom(lists: ClusterLists): Fact<PendingClaim[]> {
  return mapFact(lists.went.claims, () =>
    lists.pendingClaims.map((claim) => pendingClaim(claim, lists)),
  );
}

function pendingClaim({ metadata, spec }: Claim, { storage, events }: ClusterLists): PendingClaim {
  const { name, namespace = 'default', creationTimestamp } = metadata;
  const storageClass = spec.storageClassName ?? undefined;
  return {
    namespace,
    name,
    storageClass,
    provisioner: storage.provisionerOf(storageClass),
    sinceUnixMs: timeOf(creationTimestamp),
    messages: events.about({ kind: 'PersistentVolumeClaim', namespace, name }),
  };
}

function bounded<T>(reader: ClusterReader, what: string, fact: Fact<T[]>): Fact<T[]> {
  if (!fact.seen || fact.value.length <= MOST_SYMPTOMS) return fact;
  reader.bounded.push(`of ${fact.value.length} ${what} only ${MOST_SYMPTOMS} are kept`);
  return { ...fact, value: fact.value.slice(0, MOST_SYMPTOMS) };
}

function namedNodes(
  hangingNodes: ReadonlySet<string>,
  {
    drivers,
    attachments,
  }: { readonly drivers: DriverPods; readonly attachments: Fact<FailedAttachment[]> },
): ReadonlySet<string> {
  const controllers = drivers.pods.seen
    ? drivers.pods.value.filter(({ role }) => role === 'controller')
    : [];
  return new Set([
    ...hangingNodes,
    ...controllers.flatMap(({ nodeName }) => nodeName ?? []),
    ...(attachments.seen ? attachments.value.map(({ nodeName }) => nodeName) : []),
  ]);
}

function driversFrom(
  lists: ClusterLists,
  {
    drivers,
    backends,
  }: { readonly drivers: DriverPods; readonly backends: Fact<StorageBackend[]> },
): Fact<StorageDriver[]> {
  const { went } = lists;
  const known = went.csiDrivers.seen ? went.csiDrivers : went.classes;
  return mapFact(known, () =>
    storageDrivers(lists, {
      workloads: drivers.workloads,
      backends: backends.seen ? backends.value : [],
    }),
  );
}

async function readServices(reader: ClusterReader): Promise<Fact<ServiceAddress[]>> {
  const found: ServiceAddress[] = [];
  const fact = await reader.list(
    { resource: RESOURCES.services },
    {
      schema: Service,
      take({ metadata, spec, status }) {
        const ingress = status?.loadBalancer?.ingress ?? [];
        const addresses = [...ingress.flatMap(({ ip }) => ip ?? []), ...(spec?.externalIPs ?? [])];
        const { name, namespace = 'default' } = metadata;
        if (addresses.length > 0) found.push({ namespace, name, addresses });
      },
      hides: 'which addresses of the LAN belong to services',
    },
  );
  return mapFact(fact, () => found);
}

function allMessages({
  hangingPods,
  pendingClaims,
  attachments,
  events,
  logs,
}: {
  readonly hangingPods: Fact<HangingPod[]>;
  readonly pendingClaims: Fact<PendingClaim[]>;
  readonly attachments: Fact<FailedAttachment[]>;
  readonly events: Fact<ClusterMessage[]>;
  readonly logs: Fact<ClusterMessage[]>;
}): ClusterMessage[] {
  return [
    ...(logs.seen ? logs.value : []),
    ...(events.seen ? events.value : []),
    ...(hangingPods.seen ? hangingPods.value.flatMap(({ messages }) => messages) : []),
    ...(pendingClaims.seen ? pendingClaims.value.flatMap(({ messages }) => messages) : []),
    ...(attachments.seen ? attachments.value.flatMap(({ message }) => message ?? []) : []),
  ];
}

/** The earliest of what still hangs. */
function sinceOf(pods: Fact<HangingPod[]>, claims: Fact<PendingClaim[]>): number | undefined {
  const times = [
    ...(pods.seen ? pods.value.flatMap(({ sinceUnixMs }) => sinceUnixMs ?? []) : []),
    ...(claims.seen ? claims.value.flatMap(({ sinceUnixMs }) => sinceUnixMs ?? []) : []),
  ];
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}
