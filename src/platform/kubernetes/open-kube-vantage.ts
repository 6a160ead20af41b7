import type { ProbePodOptions, Vantage } from '../../ports/vantage.ts';
import { parseKubeVantageUrl } from './kube-vantage-url.ts';
import { openNodeVantage } from './node-vantage.ts';
import { openPodVantage } from './pod-vantage.ts';
import { probeNamespaces } from './probe-namespaces.ts';
import type { PodMeans } from './run-probe-pod.ts';

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
  }: ProbePodOptions & { readonly signal: AbortSignal },
): Promise<Vantage> {
  const place = parseKubeVantageUrl(url);
  if (place.scheme === 'pod') return openPodVantage(place, means.kube, signal);
  const namespaces =
    namespace === undefined
      ? await probeNamespaces(means.kube, { known: knownNamespaces, signal })
      : [namespace];
  return openNodeVantage(place.node, means, { namespaces, image, signal });
}
