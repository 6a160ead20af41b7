import type { CsiContainer, CsiPod } from '../../model/cluster-symptoms.ts';
import type { CsiWorkload } from './csi-workloads.ts';
import { timeOf } from './reader.ts';
import type { ContainerStatus, Pod } from './schema.ts';
import { workloadOf } from './workload-of.ts';

/** A pod of one of the workloads, or `undefined` when it is of none. */
export function csiPod(pod: Pod, workloads: readonly CsiWorkload[]): CsiPod | undefined {
  const { metadata, spec, status } = pod;
  const { name, namespace = 'default', labels } = metadata;
  const owner = workloadOf(metadata);
  const workload = workloads.find(
    (one) => one.kind === owner?.kind && one.namespace === namespace && one.name === owner.name,
  );
  if (!workload || !owner) return undefined;
  const statuses = new Map((status?.containerStatuses ?? []).map((one) => [one.name, one]));
  const containers = spec.containers.map((container) =>
    csiContainer(container.name, container.image ?? '', statuses.get(container.name)),
  );
  const { driver, release } = workload;
  return {
    namespace,
    name,
    role: workload.role,
    ...(driver === undefined ? {} : { driver }),
    ...(release === undefined ? {} : { release }),
    workload: owner,
    labels: { ...labels },
    ...(spec.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
    hostNetwork: spec.hostNetwork === true,
    phase: status?.phase ?? 'Unknown',
    ...(status?.podIP === undefined ? {} : { podAddress: status.podIP }),
    readyContainers: containers.filter(({ ready }) => ready).length,
    containers,
  };
}

function csiContainer(
  name: string,
  image: string,
  status: ContainerStatus | undefined,
): CsiContainer {
  const { state, lastState, restartCount = 0, ready = false } = status ?? {};
  const last = lastState?.terminated ?? state?.terminated;
  const lastEndedUnixMs = timeOf(last?.finishedAt);
  const wait = backOffMs(state?.waiting?.message);
  return {
    name,
    image,
    ready,
    restarts: restartCount,
    state: stateOf(state),
    reason: state?.waiting?.reason ?? state?.terminated?.reason,
    lastExitCode: last?.exitCode,
    lastReason: last?.reason,
    lastEndedUnixMs,
    startedUnixMs: timeOf(state?.running?.startedAt),
    backOffMs: wait,
    nextTryUnixMs:
      wait === undefined || lastEndedUnixMs === undefined ? undefined : lastEndedUnixMs + wait,
  };
}

function stateOf(state: ContainerStatus['state']): CsiContainer['state'] {
  if (state?.running) return 'running';
  if (state?.waiting) return 'waiting';
  return state?.terminated ? 'terminated' : 'unknown';
}

/** `back-off 2m40s restarting failed container=…`: how long the kubelet waits. */
function backOffMs(message: string | undefined): number | undefined {
  const [, hours, minutes, seconds] =
    /^back-off (?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)? restarting/.exec(message ?? '') ?? [];
  if (hours === undefined && minutes === undefined && seconds === undefined) return undefined;
  return (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
}
