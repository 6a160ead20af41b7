import { OutsideError } from '../../model/outside-error.ts';
import type { ShellAnswer, ShellOptions, Vantage } from '../../ports/vantage.ts';
import { probeImages } from './probe-image.ts';
import { type ProbePod, probePodName } from './probe-pod.ts';
import { type PodMeans, type ProbeRun, runProbePod } from './run-probe-pod.ts';
import { sweepProbePods } from './sweep.ts';

export interface NodeVantageOptions {
  /** Where pods may use the node's network, best first. */
  readonly namespaces: readonly string[];
  /** Named by the user: tried as it is on the node, and then pulled. */
  readonly image?: string | undefined;
}

interface NodeObject {
  readonly status?: {
    readonly addresses?: readonly { readonly type?: string; readonly address?: string }[];
    readonly images?: readonly { readonly names?: readonly string[] | null }[];
  };
}

const NODES = { version: 'v1', plural: 'nodes' };
/** Two trips a host: both by the same image and namespace once one has worked. */
type Way = Pick<ProbePod, 'namespace' | 'image' | 'pull'>;

/**
 * A node without a shell, looked at from short-lived pods in its own network: one pod for each
 * script, deleted as soon as it has answered.
 *
 * @throws {OutsideError} If there is no such node, or no image to look with.
 */
export async function openNodeVantage(
  nodeName: string,
  means: PodMeans,
  { namespaces, image, signal }: NodeVantageOptions & { readonly signal: AbortSignal },
): Promise<Vantage> {
  const node = await readNode(nodeName, means, signal);
  const onNode = (node.status?.images ?? []).flatMap(({ names }) => names ?? []);
  const ways = waysOf(namespaces, image, probeImages(onNode));
  if (ways.length === 0) throw noWay(nodeName, namespaces);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  let settled: Way | undefined;
  let swept: Promise<unknown> | undefined;
  const track = (work: Promise<unknown>): void => {
    running.add(work);
    const done = () => running.delete(work);
    work.then(done, done);
  };

  async function look(script: string, options: ShellOptions): Promise<ShellAnswer> {
    const signalNow = AbortSignal.any([options.signal, closing.signal]);
    swept ??= Promise.all(
      namespaces.map((namespace) =>
        sweepProbePods(means, namespace, { nowUnixMs: Date.now(), signal: signalNow }),
      ),
    );
    await swept;
    const refused = new Set<string>();
    let why = '';
    for (const way of settled ? [settled] : ways) {
      if (refused.has(way.namespace)) continue;
      const pod = { ...way, name: probePodName(), nodeName, script };
      const run: ProbeRun = await runProbePod(means, pod, {
        ...options,
        signal: signalNow,
        onLeaving: track,
      });
      if (run.is === 'ran') {
        settled = way;
        return run.answer;
      }
      why = run.why;
      if (run.because === 'namespace') refused.add(way.namespace);
    }
    throw refusedEverywhere(nodeName, why);
  }

  return {
    url: `node://${nodeName}`,
    hostId: nodeName,
    addresses: addressesOf(node),
    sh(script, options) {
      const looking = look(script, options);
      track(looking);
      return looking;
    },
    async close() {
      closing.abort(new Error('the vantage was closed'));
      // each of them has its pod deleted when it ends
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

async function readNode(
  name: string,
  { kube }: PodMeans,
  signal: AbortSignal,
): Promise<NodeObject> {
  const answer = await kube.read({ resource: NODES, name }, signal);
  if (answer.is === 'read') return answer.value as NodeObject;
  throw new OutsideError({
    doing: `look from node ${name}`,
    found: answer.is === 'absent' ? 'there is no such node' : 'we may not read nodes',
    next: answer.is === 'absent' ? 'kubectl get nodes' : 'returnpath rbac',
  });
}

function waysOf(
  namespaces: readonly string[],
  named: string | undefined,
  present: readonly string[],
): readonly Way[] {
  const images: readonly Omit<Way, 'namespace'>[] =
    named === undefined
      ? present.map((image) => ({ image, pull: 'Never' }))
      : [
          { image: named, pull: 'Never' },
          { image: named, pull: 'IfNotPresent' },
        ];
  return namespaces.flatMap((namespace) => images.map((one) => ({ namespace, ...one })));
}

function addressesOf({ status }: NodeObject): readonly string[] {
  return (status?.addresses ?? []).flatMap(({ type, address }) =>
    address && (type === 'InternalIP' || type === 'ExternalIP') ? [address] : [],
  );
}

function noWay(nodeName: string, namespaces: readonly string[]): OutsideError {
  return new OutsideError({
    doing: `look from node ${nodeName} with a pod`,
    found:
      namespaces.length === 0
        ? 'no namespace is known that allows pods in the host network'
        : 'none of the images on it is known to have a shell',
    next: 'name an image with --image, or look from a running pod: pod://NAMESPACE/NAME',
  });
}

function refusedEverywhere(nodeName: string, why: string): OutsideError {
  return new OutsideError({
    doing: `look from node ${nodeName} with a pod`,
    found: why.slice(0, 300),
    next: 'returnpath rbac --probe-pods, or look from a running pod: pod://NAMESPACE/NAME',
  });
}
