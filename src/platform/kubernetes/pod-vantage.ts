import { OutsideError } from '../../model/outside-error.ts';
import type { KubeAnswer, Kubernetes } from '../../ports/kubernetes.ts';
import type { Vantage } from '../../ports/vantage.ts';
import { PODS } from './paths.ts';
import { rightText } from './problem.ts';

export interface PodPlace {
  readonly namespace: string;
  readonly pod: string;
  /** Absent: the one kubectl would take. */
  readonly container?: string | undefined;
}

interface PodObject {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
  };
}

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/**
 * A running pod, looked at through its own shell. One in the host's network is its node, as far as
 * the network goes.
 *
 * @throws {OutsideError} If there is no such pod, or we may not read it.
 */
export async function openPodVantage(
  place: PodPlace,
  kube: Kubernetes,
  signal: AbortSignal,
): Promise<Vantage> {
  const { namespace, pod: name } = place;
  const doing = `look from pod ${namespace}/${name}`;
  const pod = read(
    await kube.read({ resource: PODS, namespace, name }, signal),
    doing,
  ) as PodObject;
  const container = containerOf(pod, place, doing);
  const { nodeName, hostNetwork } = pod.spec ?? {};
  return {
    url: `pod://${namespace}/${name}/${container}`,
    hostId: hostNetwork === true && nodeName ? nodeName : `${namespace}/${name}`,
    addresses: addressesOf(pod),
    async sh(script, { limitBytes, onOutput, signal: at }) {
      // v4 of the protocol cannot end the input: the script ends itself, once it was read whole
      const input = `{\n${script}\nexit $?\n}\n`;
      const ask = { namespace, pod: name, container, command: ['sh', '-s'], input };
      const answer = await kube.exec({ ...ask, limitBytes, onOutput }, at);
      return read(answer, doing);
    },
    close: () => Promise.resolve(),
  };
}

function read<T>(answer: KubeAnswer<T>, doing: string): T {
  if (answer.is === 'read') return answer.value;
  throw new OutsideError({
    doing,
    found:
      answer.is === 'absent' ? 'there is no such pod' : `not allowed: ${rightText(answer.lacks)}`,
    next: answer.is === 'absent' ? 'kubectl get pods' : 'returnpath rbac',
  });
}

function containerOf(
  { metadata, spec }: PodObject,
  { container }: PodPlace,
  doing: string,
): string {
  const names = (spec?.containers ?? []).map(({ name }) => name);
  const chosen = container ?? metadata?.annotations?.[DEFAULT_CONTAINER] ?? names[0];
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw new OutsideError({
    doing,
    found: `it has no container "${chosen ?? ''}"`,
    next: `one of: ${names.join(', ')}`,
  });
}

function addressesOf({ status }: PodObject): readonly string[] {
  const all = [status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)];
  return [...new Set(all.filter((ip): ip is string => ip !== undefined && ip !== ''))];
}
