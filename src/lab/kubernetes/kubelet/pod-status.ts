import { timeText } from '../api/api.ts';
import type { Condition, ContainerStatus, Pod, PodStatus } from '../kinds.ts';

/** What the kubelet knows of a pod at one moment. */
export interface PodFacts {
  readonly hostIp: string;
  /** Set once the sandbox stands. */
  readonly podIp: string | undefined;
  readonly startedUnixMs: number;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  /** Set when the pod is over, whatever its containers say. */
  readonly verdict?: {
    readonly phase: 'Succeeded' | 'Failed';
    readonly reason?: string;
    readonly message?: string;
  };
}

/**
 * A pod's status from the states of its containers. Conditions keep the time of their last change.
 *
 * Source: kubernetes pkg/kubelet/status/generate.go, kubelet_pods.go (getPhase).
 */
export function podStatus(pod: Pod, facts: PodFacts, nowUnixMs: number): PodStatus {
  const { hostIp, podIp, initStatuses, statuses, verdict } = facts;
  const phase = verdict?.phase ?? phaseOf(pod, facts);
  return {
    phase,
    ...(verdict?.reason ? { reason: verdict.reason } : {}),
    ...(verdict?.message ? { message: verdict.message } : {}),
    conditions: conditions(pod, { facts, phase, nowText: timeText(nowUnixMs) }),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIp === undefined ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: timeText(facts.startedUnixMs),
    ...(initStatuses.length > 0 ? { initContainerStatuses: initStatuses } : {}),
    containerStatuses: statuses,
    ...(pod.status?.qosClass ? { qosClass: pod.status.qosClass } : {}),
  };
}

function phaseOf(pod: Pod, { initStatuses, statuses }: PodFacts): NonNullable<PodStatus['phase']> {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const initFailed = initStatuses.some(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
  if (initFailed && policy === 'Never') return 'Failed';
  const hasBegun = (one: ContainerStatus): boolean =>
    one.state.running !== undefined ||
    one.state.terminated !== undefined ||
    one.lastState.terminated !== undefined;
  if (!statuses.every(hasBegun)) return 'Pending';
  const isOver = statuses.every(({ state }) => state.terminated !== undefined);
  if (!isOver || policy === 'Always') return 'Running';
  const failed = statuses.some(({ state }) => state.terminated?.exitCode !== 0);
  if (!failed) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function conditions(
  pod: Pod,
  { facts, phase, nowText }: { facts: PodFacts; phase: string; nowText: string },
): readonly Condition[] {
  const unready = facts.statuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const isDone = phase === 'Succeeded';
  const isReady = unready.length === 0 && facts.statuses.length > 0 && phase === 'Running';
  const isInitialized = facts.initStatuses.every(({ state }) => state.terminated?.exitCode === 0);
  const why = isDone
    ? { reason: 'PodCompleted' }
    : {
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${unready.join(' ')}]`,
      };
  const wanted: readonly Omit<Condition, 'lastTransitionTime'>[] = [
    { type: 'PodReadyToStartContainers', status: truth(facts.podIp !== undefined && !isDone) },
    {
      type: 'Initialized',
      status: truth(isInitialized),
      ...(isDone ? { reason: 'PodCompleted' } : {}),
    },
    { type: 'Ready', status: truth(isReady), ...(isReady ? {} : why) },
    { type: 'ContainersReady', status: truth(isReady), ...(isReady ? {} : why) },
    { type: 'PodScheduled', status: 'True' },
  ];
  return wanted.map((condition) => {
    const before = pod.status?.conditions?.find(({ type }) => type === condition.type);
    const isSame = before?.status === condition.status;
    const lastTransitionTime = isSame ? before.lastTransitionTime : nowText;
    return { ...condition, lastProbeTime: null, lastTransitionTime };
  });
}

function truth(value: boolean): 'True' | 'False' {
  return value ? 'True' : 'False';
}
