import type { ClusterMessage } from '../../model/cluster-message.ts';
import type { CsiContainer, CsiPod } from '../../model/cluster-symptoms.ts';
import { type Fact, missing, seen } from '../../model/fact.ts';
import { readLog } from '../../readers/messages/log.ts';
import { isWell } from './driver-pods.ts';
import type { ClusterReader } from './reader.ts';

interface LogAsk {
  readonly pod: CsiPod;
  readonly container: CsiContainer;
  readonly previous: boolean;
}

/** Enough for some minutes of a sidecar that logs every call. */
const TAIL_LINES = 200;
const LIMIT_BYTES = 512 * 1024;
const MOST_CONTROLLERS = 8;
const MOST_NODE_PODS = 6;
const MOST_LOGS = 64;
/** Of a node plugin, only the driver itself speaks of mounts. */
const DRIVER_CONTAINER = /^(?:csi-driver|csi-plugin|nfs|driver|.*-csi|trident-main)$/;

/**
 * What the drivers' logs say in known shapes: of controllers, and of node plugins on nodes where
 * pods hang. Containers that are not well are read first.
 */
export async function readDriverLogs(
  reader: ClusterReader,
  {
    pods,
    hangingNodes,
  }: { readonly pods: Fact<CsiPod[]>; readonly hangingNodes: ReadonlySet<string> },
): Promise<Fact<ClusterMessage[]>> {
  if (!pods.seen) return pods;
  const asks = chosen(pods.value, hangingNodes);
  const facts = await Promise.all(asks.map((ask) => readOne(reader, ask)));
  const failed = facts.find((fact) => !fact.seen);
  if (failed && facts.every((fact) => !fact.seen)) return missing(failed.why, failed.next);
  const messages = facts.flatMap((fact) => (fact.seen ? fact.value : []));
  return seen(messages, 'kubectl logs', reader.now());
}

function chosen(pods: readonly CsiPod[], hangingNodes: ReadonlySet<string>): readonly LogAsk[] {
  const byTrouble = pods.toSorted((a, b) => Number(isWell(a)) - Number(isWell(b)));
  const controllers = byTrouble
    .filter(({ role }) => role === 'controller')
    .slice(0, MOST_CONTROLLERS)
    .flatMap((pod) => pod.containers.flatMap((container) => runsOf(pod, container)));
  const plugins = byTrouble
    .filter(({ role, nodeName }) => role === 'node' && hangingNodes.has(nodeName ?? ''))
    .slice(0, MOST_NODE_PODS)
    .flatMap((pod) =>
      pod.containers
        .filter((one) => !one.ready || DRIVER_CONTAINER.test(one.name))
        .flatMap((container) => runsOf(pod, container)),
    );
  return [...controllers, ...plugins].slice(0, MOST_LOGS);
}

/** While a container waits, its log is that of the run before already. */
function runsOf(pod: CsiPod, container: CsiContainer): LogAsk[] {
  const now = { pod, container, previous: false };
  const hadRun = container.restarts > 0 && container.state === 'running';
  return hadRun ? [now, { pod, container, previous: true }] : [now];
}

async function readOne(
  reader: ClusterReader,
  { pod, container, previous }: LogAsk,
): Promise<Fact<ClusterMessage[]>> {
  const { namespace, name } = pod;
  const fact = await reader.log({
    namespace,
    pod: name,
    container: container.name,
    previous,
    tailLines: TAIL_LINES,
    limitBytes: LIMIT_BYTES,
    timestamps: true,
  });
  if (!fact.seen) return fact;
  const about = { kind: 'Pod', namespace, name };
  return { ...fact, value: readLog(fact.value, { about, container: container.name }) };
}
