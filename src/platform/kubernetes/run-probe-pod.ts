import { setTimeout as wait } from 'node:timers/promises';
import { OutsideError } from '../../model/outside-error.ts';
import { atMost } from '../../ports/at-most.ts';
import type { KubePodWriter, Kubernetes } from '../../ports/kubernetes.ts';
import type { ShellAnswer, ShellOptions } from '../../ports/vantage.ts';
import { PODS } from './paths.ts';
import { PROBE_CONTAINER, PROBE_DEADLINE_S, type ProbePod, probePod } from './probe-pod.ts';
import { rightText } from './problem.ts';

/** What came of one pod. `no` means that another image or namespace may do better. */
export type ProbeRun =
  | { readonly is: 'ran'; readonly answer: ShellAnswer }
  | { readonly is: 'no'; readonly because: 'image' | 'namespace'; readonly why: string };

export interface PodMeans {
  readonly kube: Kubernetes;
  readonly pods: KubePodWriter;
}

const POLL_MS = 200;
/** An API server that is asked to delete does so though nobody waits for its answer any more. */
export const DELETE_TIMEOUT_MS = 3000;

interface PodState {
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly containerStatuses?: readonly {
      readonly state?: {
        readonly waiting?: { readonly reason?: string; readonly message?: string };
        readonly terminated?: { readonly exitCode?: number; readonly reason?: string };
      };
    }[];
  };
}

/** Why a container will not start with that image. */
const BAD_IMAGE =
  /^(?:ErrImage|ImagePull|InvalidImageName|Create(?:Container)?Error|RunContainerError|CreateContainerConfigError)/;
/** The image has no shell. */
const NOT_STARTED = /^(?:StartError|ContainerCannotRun)$/;
const CANNOT_EXECUTE = [126, 127, 128];

interface ProbePodRun extends ShellOptions {
  /** Called once with the pod's removal, which never rejects. */
  readonly onLeaving: (gone: Promise<void>) => void;
}

/**
 * Runs one script in one pod and takes the pod away again, whatever happens: also when it fails,
 * when `signal` is aborted, and when its answer cannot be read. The answer does not wait for that.
 *
 * @throws {OutsideError} If the API cannot be used or the pod does not come to an end.
 */
export async function runProbePod(
  { kube, pods }: PodMeans,
  pod: ProbePod,
  options: ProbePodRun,
): Promise<ProbeRun> {
  const { namespace } = pod;
  const { signal } = options;
  try {
    const created = await pods.createPod(namespace, probePod(pod), signal);
    if (created.is === 'absent')
      return { is: 'no', because: 'namespace', why: `there is no namespace ${namespace}` };
    if (created.is === 'forbidden') {
      const why = created.message || `not allowed: ${rightText(created.lacks)}`;
      return { is: 'no', because: 'namespace', why };
    }
    const end = await untilEnded(kube, pod, signal);
    if (end.is === 'no') return end;
    return { is: 'ran', answer: await answerOf(kube, pod, { exitCode: end.exitCode, options }) };
  } finally {
    // the caller may have given up already; what was created must go all the same
    options.onLeaving(takeAway(pods, pod));
  }
}

/** One that could not be deleted ends by its deadline and is swept by a later run. */
async function takeAway(pods: KubePodWriter, { namespace, name }: ProbePod): Promise<void> {
  await pods.deletePod(namespace, name, atMost(DELETE_TIMEOUT_MS)).catch(() => undefined);
}

type Ended =
  | { readonly is: 'ended'; readonly exitCode: number | undefined }
  | Extract<ProbeRun, { is: 'no' }>;

async function untilEnded(kube: Kubernetes, pod: ProbePod, signal: AbortSignal): Promise<Ended> {
  const { namespace, name } = pod;
  const late = atMost((PROBE_DEADLINE_S + 5) * 1000);
  let last = 'nothing was heard of it';
  while (!late.aborted) {
    const answer = await kube.read({ resource: PODS, namespace, name }, signal);
    if (answer.is !== 'read')
      throw vanished(pod, answer.is === 'forbidden' ? 'we may not read it' : 'it was deleted');
    const state = answer.value as PodState;
    const end = endOf(state, pod);
    if (end) return end;
    last = waitingText(state) ?? last;
    await wait(POLL_MS, undefined, { signal });
  }
  throw vanished(pod, `it did not end within ${PROBE_DEADLINE_S} s: ${last}`);
}

function endOf({ status }: PodState, { image, nodeName }: ProbePod): Ended | undefined {
  const { waiting, terminated } = status?.containerStatuses?.[0]?.state ?? {};
  if (waiting && BAD_IMAGE.test(waiting.reason ?? '')) {
    return { is: 'no', because: 'image', why: `${image}: ${waiting.message ?? waiting.reason}` };
  }
  if (terminated) {
    const { exitCode, reason = '' } = terminated;
    const hasNoShell = NOT_STARTED.test(reason) && CANNOT_EXECUTE.includes(exitCode ?? 0);
    return hasNoShell
      ? { is: 'no', because: 'image', why: `${image} has no shell` }
      : { is: 'ended', exitCode };
  }
  if (status?.phase === 'Failed' && !status.containerStatuses?.[0]?.state?.terminated) {
    const why = status.message ?? status.reason ?? 'it failed';
    throw vanished({ nodeName }, why);
  }
  return undefined;
}

function waitingText({ status }: PodState): string | undefined {
  const { waiting } = status?.containerStatuses?.[0]?.state ?? {};
  return waiting ? [waiting.reason, waiting.message].filter(Boolean).join(': ') : status?.phase;
}

function vanished({ nodeName }: Pick<ProbePod, 'nodeName'>, found: string): OutsideError {
  return new OutsideError({
    doing: `look from node ${nodeName} with a pod`,
    found,
    next: 'look from a running pod instead: pod://NAMESPACE/NAME',
  });
}

async function answerOf(
  kube: Kubernetes,
  { namespace, name, nodeName }: ProbePod,
  { exitCode, options }: { readonly exitCode: number | undefined; readonly options: ShellOptions },
): Promise<ShellAnswer> {
  const { limitBytes, onOutput, signal } = options;
  const log = await kube.log(
    { namespace, pod: name, container: PROBE_CONTAINER, limitBytes },
    signal,
  );
  if (log.is === 'forbidden') {
    throw new OutsideError({
      doing: `read what a pod on node ${nodeName} found`,
      found: `not allowed: ${rightText(log.lacks)}`,
      next: 'returnpath rbac',
    });
  }
  const stdout = log.is === 'read' ? log.value : '';
  onOutput?.(stdout);
  return { stdout, stderr: '', exitCode, truncated: stdout.length >= limitBytes };
}
