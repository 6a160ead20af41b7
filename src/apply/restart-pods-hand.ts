import { OutsideError } from '../model/outside-error.ts';
import type { Change } from '../model/plan.ts';
import type { KubeAnswer } from '../ports/kubernetes.ts';
import type { Hand, HandContext, Reach, WritableCluster, Written } from './hand.ts';

type PodsChange = Extract<Change, { kind: 'restart-pods' }>;

const PODS = { version: 'v1', plural: 'pods' } as const;
const POLL_MS = 500;

interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly leaving: boolean;
  readonly ready: number;
  readonly containers: number;
}

/**
 * Deletes exactly the pods that were not whole when it was begun and still are not, and waits until
 * all are. The value is the list of uids of those that are not whole: taken up again after a crash,
 * it deletes none of the new ones.
 */
export const restartPodsHand: Hand<PodsChange> = {
  reversible: false,

  async read(change, context) {
    return brokenOf(await podsOf(change, context));
  },

  judge(_, value, begun) {
    if (begun === undefined) return 'from';
    const old = new Set(begun.split(' '));
    return value.split(' ').some((uid) => uid !== '' && old.has(uid)) ? 'from' : 'to';
  },

  async write(change, direction, context): Promise<Written> {
    const pods = await podsOf(change, context);
    const found = brokenOf(pods);
    if (direction === 'undo') return { found, now: found };
    const old = new Set(context.begun.split(' '));
    const { pods: writer } = await clusterOf(context.reach);
    for (const { namespace, name, uid, leaving } of pods.filter(isBroken)) {
      if (!old.has(uid) || leaving) continue;
      const answer = await writer.restartPod({ namespace, name, uid }, context.signal);
      if (answer.is === 'forbidden') throw notAllowed(answer);
    }
    const now = await poll(context, change, (list) =>
      list.filter(isBroken).every(({ uid }) => !old.has(uid)),
    );
    return { found, now: brokenOf(now) };
  },

  async settle(change, context) {
    let said = '';
    await poll(context, change, (list) => {
      const words = list
        .map(({ name, ready, containers }) => `${name} ${ready}/${containers}`)
        .join(', ');
      if (words !== said) context.tell(words || 'no pod yet');
      said = words;
      return list.length > 0 && !list.some(isBroken);
    });
  },
};

/** @throws {OutsideError} If it is not so within the time of the change. */
async function poll(
  context: HandContext,
  change: PodsChange,
  isSo: (pods: readonly Pod[]) => boolean,
): Promise<readonly Pod[]> {
  const { clock, signal } = context;
  const end = clock.now() + change.waitMs;
  for (;;) {
    const list = await podsOf(change, context);
    if (isSo(list)) return list;
    if (clock.now() >= end) {
      const words = list.map(({ name, ready, containers }) => `${name} ${ready}/${containers}`);
      throw new OutsideError({
        doing: 'see the restarted pods become ready',
        found: `after ${Math.round(change.waitMs / 1000)} s: ${words.join(', ') || 'none is there'}`,
        next: 'returnpath diagnose tells what they wait for now',
      });
    }
    await clock.wait(POLL_MS, signal);
  }
}

async function podsOf(change: PodsChange, { reach, signal }: HandContext): Promise<readonly Pod[]> {
  const { kube } = await clusterOf(reach);
  const found: Pod[] = [];
  for (const { namespace, labels } of change.selectors) {
    const answer = await kube.list(
      { resource: PODS, namespace, labelSelector: labels },
      ({ items }) => found.push(...items.map(podOf)),
      signal,
    );
    if (answer.is === 'forbidden') throw notAllowed(answer);
  }
  return found;
}

interface WirePod {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly containers?: readonly unknown[] };
  readonly status?: { readonly containerStatuses?: readonly { readonly ready?: boolean }[] };
}

function podOf(item: unknown): Pod {
  const { metadata = {}, spec = {}, status = {} } = item as WirePod;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    leaving: metadata.deletionTimestamp !== undefined,
    ready: (status.containerStatuses ?? []).filter(({ ready }) => ready === true).length,
    containers: (spec.containers ?? []).length,
  };
}

function isBroken({ leaving, ready, containers }: Pod): boolean {
  return leaving || ready < containers;
}

function brokenOf(pods: readonly Pod[]): string {
  return pods
    .filter(isBroken)
    .map(({ uid }) => uid)
    .toSorted()
    .join(' ');
}

async function clusterOf({ cluster }: Reach): Promise<WritableCluster> {
  if (cluster) return cluster();
  throw new OutsideError({
    doing: 'restart pods',
    found: 'no cluster is at hand',
    next: 'give --kubeconfig',
  });
}

function notAllowed({ lacks, message }: KubeAnswer<unknown> & { is: 'forbidden' }): OutsideError {
  return new OutsideError({
    doing: `${lacks.verb} ${lacks.resource}${lacks.namespace ? ` in ${lacks.namespace}` : ''}`,
    found: message || 'not allowed',
    next: `it takes the right to ${lacks.verb} ${lacks.resource}${lacks.namespace ? ` in namespace ${lacks.namespace}` : ''}`,
  });
}
