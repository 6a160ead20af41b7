import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import type { KubeOptions } from '../ports/kubernetes.ts';
import type { ClusterRequest } from '../session/request.ts';

/** Options of kubectl that commands about a cluster share. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly as?: string;
  readonly asGroup?: string[];
}

/** Where a pod finds what its service account may do. */
const IN_CLUSTER = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The cluster to begin with: where an option of kubectl names one, where we are called as kubectl's
 * plugin, or where no server is named and a kubeconfig is there.
 */
export function clusterOf(
  options: ClusterOptions,
  to: string | undefined,
): ClusterRequest | undefined {
  const { kubeconfig, context, namespace, as } = options;
  const isNamed = [kubeconfig, context, namespace, as].some((value) => value !== undefined);
  const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-');
  if (!isNamed && !isPlugin && (to !== undefined || !hasKubeconfig())) return undefined;
  return { kube: kubeOptions(options), ...(namespace === undefined ? {} : { namespace }) };
}

/** The same options in the words of the port. */
export function kubeOptions({ kubeconfig, context, as, asGroup }: ClusterOptions): KubeOptions {
  return { kubeconfig, context, as, asGroups: asGroup };
}

function hasKubeconfig(): boolean {
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  const usual = join(process.env['HOME'] ?? homedir(), '.kube', 'config');
  return [...(named.length > 0 ? named : [usual]), IN_CLUSTER].some((path) => existsSync(path));
}
