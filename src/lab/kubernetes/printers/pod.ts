import { type Fields, fieldAt, isFields, type KubeObject } from '../object.ts';
import { age, columns, listAt, type Printer, since, textAt } from './printer.ts';

/** Source: kubernetes pkg/printers/internalversion, printPod. */
export const podPrinter: Printer = {
  columns: columns(
    'Ready',
    'Status',
    'Restarts',
    'Age',
    '*IP',
    '*Node',
    '*Nominated Node',
    '*Readiness Gates',
  ),
  cells(pod, now) {
    const { ready, total, status, restarts, lastRestart } = summarize(pod);
    const ago = lastRestart === undefined ? '' : ` (${since(lastRestart, now)} ago)`;
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      status,
      restarts === 0 || ago === '' ? String(restarts) : `${restarts}${ago}`,
      age(pod, now),
      textAt(pod, 'status.podIP', '<none>'),
      textAt(pod, 'spec.nodeName', '<none>'),
      textAt(pod, 'status.nominatedNodeName', '<none>'),
      '<none>',
    ];
  },
};

interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  /** When the latest run before the present one ended. */
  readonly lastRestart: string | undefined;
}

function summarize(pod: KubeObject): Summary {
  const containers = listAt(pod, 'status.containerStatuses');
  const inits = listAt(pod, 'status.initContainerStatuses');
  const initStatus = initText(inits, listAt(pod, 'spec.initContainers').length);
  const counted = initStatus === undefined ? containers : inits;
  const restarts = counted.reduce((sum, one) => sum + Number(one['restartCount'] ?? 0), 0);
  const ends = counted.map((one) => textAt(one, 'lastState.terminated.finishedAt'));
  const lastRestart = ends
    .filter((end) => end !== '')
    .sort()
    .at(-1);
  const ready = containers.filter(isReady).length;
  const phase = textAt(pod, 'status.reason') || textAt(pod, 'status.phase');
  const status = ending(pod, initStatus ?? containersText(pod, containers, phase));
  return { ready, total: listAt(pod, 'spec.containers').length, status, restarts, lastRestart };
}

function isReady(status: Fields): boolean {
  return status['ready'] === true && isFields(fieldAt(status, 'state.running'));
}

/** What the first container that is not as it should be says; the last one wins, as in kubectl. */
function containersText(pod: KubeObject, statuses: readonly Fields[], phase: string): string {
  const reason = statuses.toReversed().reduce((text, one) => stateText(one) ?? text, phase);
  if (reason !== 'Completed' || !statuses.some(isReady)) return reason;
  const conditions = listAt(pod, 'status.conditions');
  const isPodReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return isPodReady ? 'Running' : 'NotReady';
}

function stateText(status: Fields): string | undefined {
  const waiting = textAt(status, 'state.waiting.reason');
  if (waiting !== '') return waiting;
  const terminated = fieldAt(status, 'state.terminated');
  if (!isFields(terminated)) return undefined;
  const reason = textAt(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = Number(terminated['signal'] ?? 0);
  return signal === 0 ? `ExitCode:${terminated['exitCode']}` : `Signal:${signal}`;
}

function initText(statuses: readonly Fields[], total: number): string | undefined {
  for (const [at, one] of statuses.entries()) {
    if (fieldAt(one, 'state.terminated.exitCode') === 0) continue;
    const reason = stateText(one);
    const isPlain = reason === undefined || reason === 'PodInitializing';
    return isPlain ? `Init:${at}/${total}` : `Init:${reason}`;
  }
  return undefined;
}

function ending({ metadata, ...pod }: KubeObject, status: string): string {
  if (!metadata.deletionTimestamp) return status;
  const phase = textAt(pod, 'status.phase');
  if (phase === 'Succeeded' || phase === 'Failed') return status;
  return textAt(pod, 'status.reason') === 'NodeLost' ? 'Unknown' : 'Terminating';
}
