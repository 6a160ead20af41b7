import type { Container, Pod } from '../kinds.ts';
import { keyOf } from '../object.ts';
import { type Kept, keep, liveContainer } from './container.ts';
import type { NodeContext } from './context.ts';
import { type PodFacts, podStatus } from './pod-status.ts';
import { mountVolumes } from './volumes.ts';

/** One pod on a node, from the moment it is bound until it is gone. */
export interface PodWorker {
  /** Ends the containers, then takes the pod out of the API. */
  terminate(graceMs: number): void;
  /** Ends everything at once and says nothing: the node itself stops. */
  kill(): void;
  readonly run: (container: string) => Kept['run'];
  /** Settles when nothing of the pod runs any more. */
  readonly done: Promise<void>;
}

interface State {
  readonly node: NodeContext;
  readonly pod: Pod;
  readonly inits: readonly Kept[];
  readonly containers: readonly Kept[];
  readonly abort: AbortController;
  readonly startedUnixMs: number;
  podIp: string | undefined;
  verdict: PodFacts['verdict'];
}

export function startPod(node: NodeContext, pod: Pod): PodWorker {
  const kept = (list: readonly Container[] = []): readonly Kept[] =>
    list.map((spec) => keep(spec, node.backOffScale));
  const state: State = {
    node,
    pod,
    inits: kept(pod.spec.initContainers),
    containers: kept(pod.spec.containers),
    abort: new AbortController(),
    startedUnixMs: node.timer.now(),
    podIp: undefined,
    verdict: undefined,
  };
  const { signal } = state.abort;
  let isTold = true;
  const done = live(state).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  const stopAll = (graceMs: number): void => {
    for (const { run } of [...state.inits, ...state.containers]) run?.stop(graceMs);
  };
  return {
    terminate(graceMs) {
      if (signal.aborted) return;
      sayKilling(state);
      state.abort.abort(new Error('the pod is being deleted'));
      stopAll(graceMs);
      void done.then(() => {
        if (isTold) removePod(state);
      });
    },
    kill() {
      isTold = false;
      state.abort.abort(new Error('the node stops'));
      stopAll(0);
    },
    run: (name) => state.containers.find(({ spec }) => spec.name === name)?.run,
    done,
  };
}

async function live(state: State): Promise<void> {
  const { node, pod, abort } = state;
  publish(state);
  const stopDeadline = watchDeadline(state);
  try {
    await mountVolumes(node, pod, abort.signal);
    state.podIp = pod.spec.hostNetwork ? node.hostIp : node.takePodIp(pod);
    publish(state);
    for (const kept of state.inits) {
      await liveContainer(lifeOf(state, kept, true));
      if (kept.status.state.terminated?.exitCode !== 0) return;
    }
    await Promise.all(state.containers.map((kept) => liveContainer(lifeOf(state, kept, false))));
  } finally {
    stopDeadline();
    node.giveBackPodIp(pod.metadata.uid ?? '');
    // a deleted pod still shows how its containers ended until it is gone
    publish(state);
  }
}

function lifeOf(state: State, kept: Kept, isInit: boolean) {
  const { node, pod, abort } = state;
  const env = environment(state, kept.spec);
  const changed = (): void => publish(state);
  return { node, pod, kept, env, signal: abort.signal, isInit, changed };
}

/** Values the downward API fills in, and those that are written out. */
function environment({ node, pod, podIp }: State, { env = [] }: Container): Record<string, string> {
  const fields: Readonly<Record<string, string | undefined>> = {
    'spec.nodeName': node.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'status.podIP': podIp,
    'status.hostIP': node.hostIp,
  };
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '',
    ]),
  );
}

function publish(state: State): void {
  const { node, pod, inits, containers, podIp, startedUnixMs, verdict } = state;
  node.cluster.updateStatus('pods', keyOf(pod), (current) => {
    if (current.metadata.uid !== pod.metadata.uid) return current.status;
    const facts: PodFacts = {
      hostIp: node.hostIp,
      podIp,
      startedUnixMs,
      initStatuses: inits.map(({ status }) => status),
      statuses: containers.map(({ status }) => status),
      ...(verdict ? { verdict } : {}),
    };
    return podStatus(current, facts, node.timer.now());
  });
}

function sayKilling({ node, pod, containers }: State): void {
  for (const { spec, run } of containers) {
    if (!run) continue;
    const message = `Stopping container ${spec.name}`;
    const fieldPath = `spec.containers{${spec.name}}`;
    node.record(pod, { type: 'Normal', reason: 'Killing', message, fieldPath });
  }
}

function removePod({ node, pod }: State): void {
  const key = keyOf(pod);
  if (node.cluster.get('pods', key)?.metadata.uid !== pod.metadata.uid) return;
  node.cluster.remove('pods', key, { gracePeriodSeconds: 0 });
  node.logs.forget(pod.metadata.uid ?? '');
}

/** `activeDeadlineSeconds`: past it the pod has failed, whatever it was doing. */
function watchDeadline(state: State): () => void {
  const { node, pod, abort } = state;
  const seconds = pod.spec.activeDeadlineSeconds;
  if (seconds === undefined) return () => undefined;
  return node.timer.after(seconds * 1000, () => {
    const message = 'Pod was active on the node longer than the specified deadline';
    state.verdict = { phase: 'Failed', reason: 'DeadlineExceeded', message };
    node.record(pod, { type: 'Normal', reason: 'DeadlineExceeded', message });
    abort.abort(new Error(message));
    for (const { run } of state.containers) run?.stop(0);
  });
}
