import type { KubeOptions, Kubernetes } from '../ports/kubernetes.ts';
import type { LocateLabHost } from '../ports/lab-host.ts';
import type { OpenVantage, Vantage, VantageOptions } from '../ports/vantage.ts';
import { isKubeVantage } from './kubernetes/kube-vantage-url.ts';
import type { SharedKubernetes } from './kubernetes/shared-kubernetes.ts';
import { openLabHost } from './vantages/lab.ts';
import { openLocal } from './vantages/local.ts';
import { openSsh } from './vantages/ssh.ts';
import { openTruenas } from './vantages/truenas.ts';
import { parseVantageUrl } from './vantages/vantage-url.ts';

export interface VantageSurroundings {
  readonly locateLabHost: LocateLabHost;
  /** The bundled agent, `dist/agent.cjs`. */
  readonly agentPath: string;
  /** Whether somebody sits at a terminal, so that ssh may ask for a password or a host key. */
  readonly interactive: boolean;
  /** Absent: as kubectl would find it, opened for each vantage. */
  readonly openKubernetes?: OpenShared | undefined;
}

type OpenShared = (options: KubeOptions) => Promise<SharedKubernetes>;

/** A cluster whose API is opened once, for a session and for the vantages inside it. */
export function kubernetesOpener(): {
  readonly openShared: OpenShared;
  readonly openCluster: (options: KubeOptions) => Promise<Kubernetes>;
} {
  // loaded only where there is a cluster to look at
  let shared: Promise<OpenShared> | undefined;
  const openShared: OpenShared = async (options) => {
    shared ??= import('./kubernetes/shared-kubernetes.ts').then((it) => it.sharedKubernetes());
    return (await shared)(options);
  };
  return { openShared, openCluster: async (options) => (await openShared(options)).kube };
}

/** Opens `local:`, `lab://…`, `ssh://…`, `truenas://…`, `node://…` and `pod://…`. */
export function openVantageIn({
  locateLabHost,
  agentPath,
  interactive,
  openKubernetes = kubernetesOpener().openShared,
}: VantageSurroundings): OpenVantage {
  return async (url, options, signal) => {
    signal.throwIfAborted();
    if (isKubeVantage(url)) return openInCluster(url, options, { openKubernetes, signal });
    const parsed = parseVantageUrl(url);
    switch (parsed.scheme) {
      case 'local':
        return openLocal(options);
      case 'lab': {
        const handle = await locateLabHost(parsed.labId, parsed.host);
        return openLabHost(url, handle, { agentPath, options });
      }
      case 'ssh':
        return openSsh(url, parsed, { options, interactive, signal });
      case 'truenas':
        return openTruenas(url, parsed, { options, signal });
    }
  };
}

async function openInCluster(
  url: string,
  { kube, probePods }: VantageOptions,
  { openKubernetes, signal }: { readonly openKubernetes: OpenShared; readonly signal: AbortSignal },
): Promise<Vantage> {
  const { openKubeVantage } = await import('./kubernetes/open-kube-vantage.ts');
  const cluster = await openKubernetes(kube ?? {});
  try {
    const vantage = await openKubeVantage(url, cluster, { ...probePods, signal });
    let isOpen = true;
    return {
      ...vantage,
      async close() {
        await vantage.close();
        if (isOpen) cluster.release();
        isOpen = false;
      },
    };
  } catch (error) {
    cluster.release();
    throw error;
  }
}
