import type { CsiPod } from '../model/cluster-symptoms.ts';
import type { Step } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Longest back-off of a kubelet, and a start after it. Source: kubelet, MaxContainerBackOff. */
const WAIT_MS = 6 * 60_000;

const COMPONENT = 'app.kubernetes.io/component';
const INSTANCE = 'app.kubernetes.io/instance';

/**
 * Controllers in back-off wait up to five minutes before they look again; new pods look at once.
 * One step for all releases whose controller is not whole. Nothing hangs: no step.
 */
export function csiControllersRestart({ cluster }: Snapshot): readonly Step[] {
  if (!cluster?.csiPods.seen) return [];
  const broken = cluster.csiPods.value.filter(
    ({ role, readyContainers, containers }) =>
      role === 'controller' && readyContainers < containers.length,
  );
  const selectors = [...new Map(broken.flatMap(selectorOf).map((s) => [text(s), s])).values()];
  if (selectors.length === 0) return [];
  return [
    {
      id: 'csi-controllers-restart',
      fix: 'csi-controllers-restart',
      when: 'now',
      host: 'cluster',
      hostName: cluster.context ?? cluster.server,
      vantage: '',
      what: `restart ${selectors.length === 1 ? 'the CSI controller' : `${selectors.length} CSI controllers`} that wait in back-off, and wait until every container is ready`,
      change: { kind: 'restart-pods', selectors, waitMs: WAIT_MS },
      does: restartText(selectors),
      undoes: 'nothing to take back: their Deployment makes new ones',
      checks: [],
      costs: ['volumes that are being made or deleted at this moment are tried again'],
    },
  ];
}

function selectorOf({ namespace, labels }: CsiPod): { namespace: string; labels: string }[] {
  const component = labels[COMPONENT];
  const instance = labels[INSTANCE];
  const app = labels['app'];
  if (component !== undefined && instance !== undefined) {
    return [{ namespace, labels: `${COMPONENT}=${component},${INSTANCE}=${instance}` }];
  }
  return app === undefined ? [] : [{ namespace, labels: `app=${app}` }];
}

/** What is restarted, as a person would type it. */
export function restartText(selectors: readonly Parameters<typeof text>[0][]): string {
  return selectors.map(text).join('\n');
}

function text({ namespace, labels }: { namespace: string; labels: string }): string {
  return `kubectl -n ${namespace} delete pod -l ${labels}`;
}
