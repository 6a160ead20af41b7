import type { Vantage } from '../../ports/vantage.ts';
import { parseKubeVantageUrl } from './kube-vantage-url.ts';
import { openNodeVantage } from './node-vantage.ts';
import { openPodVantage } from './pod-vantage.ts';
import { probeNamespaces } from './probe-namespaces.ts';
import type { PodMeans } from './run-probe-pod.ts';

export interface KubeVantageOptions {
  /** Namespaces that run pods in the host network already, e.g. those of CSI drivers. */
  readonly knownNamespaces?: readonly string[] | undefined;
  /** Where probe pods go, and nowhere else. */
  readonly namespace?: string | undefined;
  readonly image?: string | undefined;
}

/**
 * Opens `node://NAME` or `pod://NAMESPACE/NAME[/CONTAINER]`.
 *
 * @throws {SyntaxError} If the URL is neither. @throws {OutsideError} If it cannot be looked from.
 */
export async function openKubeVantage(
  url: string,
  means: PodMeans,
  {
    knownNamespaces = [],
    namespace,
    image,
    signal,
  }: KubeVantageOptions & { readonly signal: AbortSignal },
): Promise<Vantage> {
  const place = parseKubeVantageUrl(url);
  if (place.scheme === 'pod') return openPodVantage(place, means.kube, signal);
  const namespaces =
    namespace === undefined
      ? await probeNamespaces(means.kube, { known: knownNamespaces, signal })
      : [namespace];
  return openNodeVantage(place.node, means, { namespaces, image, signal });
}
