import { OutsideError } from '../../model/outside-error.ts';
import type { Kubernetes } from '../../ports/kubernetes.ts';

/** PodSecurity's label; what is not labelled is held to the cluster's default. */
const PRIVILEGED = 'pod-security.kubernetes.io/enforce=privileged';
/** Exempt in most clusters, Talos among them. */
const SYSTEM = 'kube-system';
const MOST = 4;

/**
 * Namespaces where a pod may use the node's network: those that say so, and `kube-system`. Where
 * namespaces may not be listed, those that are known to run such pods already.
 *
 * @param known Best first, e.g. the namespaces of CSI drivers.
 */
export async function probeNamespaces(
  kube: Kubernetes,
  { known, signal }: { readonly known: readonly string[]; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const labelled: string[] = [];
  try {
    await kube.list(
      {
        resource: { version: 'v1', plural: 'namespaces' },
        labelSelector: PRIVILEGED,
        form: 'metadata',
        atMost: 500,
      },
      ({ items }) => {
        for (const item of items as readonly { metadata?: { name?: string } }[]) {
          if (item.metadata?.name) labelled.push(item.metadata.name);
        }
      },
      signal,
    );
  } catch (error) {
    // what is known must do then
    if (!(error instanceof OutsideError)) throw error;
  }
  const preferred = known.filter((name) => labelled.includes(name));
  const all = [...preferred, ...labelled, ...known, SYSTEM];
  return [...new Set(all)].slice(0, MOST);
}
