import { OutsideError } from '../../model/outside-error.ts';
import { atMost } from '../../ports/at-most.ts';
import { PODS } from './paths.ts';
import { PROBE_DEADLINE_S, PROBE_SELECTOR } from './probe-pod.ts';
import { DELETE_TIMEOUT_MS, type PodMeans } from './run-probe-pod.ts';

/** Past its deadline and a little more, no run can still be waiting for a pod. */
const LEFT_AFTER_MS = (PROBE_DEADLINE_S + 30) * 1000;

interface Found {
  readonly metadata?: { readonly name?: string; readonly creationTimestamp?: string };
}

/**
 * Deletes pods that an earlier run left behind, because it was killed. Never those of a run that
 * may still be under way, and only those with both of our labels.
 *
 * @param nowUnixMs Our clock; a server that is minutes behind only makes us sweep later.
 * @returns How many were deleted.
 */
export async function sweepProbePods(
  { kube, pods }: PodMeans,
  namespace: string,
  { nowUnixMs, signal }: { readonly nowUnixMs: number; readonly signal: AbortSignal },
): Promise<number> {
  const left: string[] = [];
  try {
    await kube.list(
      { resource: PODS, namespace, labelSelector: PROBE_SELECTOR, form: 'metadata' },
      ({ items }) => {
        for (const { metadata } of items as readonly Found[]) {
          const made = Date.parse(metadata?.creationTimestamp ?? '');
          if (metadata?.name && nowUnixMs - made > LEFT_AFTER_MS) left.push(metadata.name);
        }
      },
      signal,
    );
    const soon = atMost(DELETE_TIMEOUT_MS, signal);
    await Promise.all(left.map((name) => pods.deletePod(namespace, name, soon)));
    return left.length;
  } catch (error) {
    signal.throwIfAborted();
    // tidying up must not keep us from looking
    if (error instanceof OutsideError || (error as Error).name === 'TimeoutError') return 0;
    throw error;
  }
}
