import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { parse } from 'yaml';
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
 * The cluster to begin with where no client was named: it knows which node hangs. There is one where
 * an option of kubectl names it, where we are called as kubectl's plugin, or where a kubeconfig is
 * there; so `returnpath` and `kubectl returnpath` look alike. One that does not answer is told, and
 * this machine is not looked from in its stead: it may well reach what the node does not.
 */
export function clusterOf(options: ClusterOptions): ClusterRequest | undefined {
  const { kubeconfig, context, namespace, as } = options;
  const isNamed = [kubeconfig, context, namespace, as].some((value) => value !== undefined);
  const isPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-');
  if (!isNamed && !isPlugin && !hasCluster()) return undefined;
  return { kube: kubeOptions(options), ...(namespace === undefined ? {} : { namespace }) };
}

/** The same options in the words of the port. */
export function kubeOptions({ kubeconfig, context, as, asGroup }: ClusterOptions): KubeOptions {
  return { kubeconfig, context, as, asGroups: asGroup };
}

function hasCluster(): boolean {
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  const usual = join(process.env['HOME'] ?? homedir(), '.kube', 'config');
  return (named.length > 0 ? named : [usual]).some(namesCluster) || existsSync(IN_CLUSTER);
}

/** Not so `/dev/null`, nor what is left of a file when its last cluster has been deleted. */
function namesCluster(kubeconfig: string): boolean {
  try {
    // a warning of the parser would quote the file, and the file holds secrets
    const config = parse(readFileSync(kubeconfig, 'utf8'), { logLevel: 'error' });
    const { clusters } = (config ?? {}) as { clusters?: unknown };
    return Array.isArray(clusters) && clusters.length > 0;
  } catch (error) {
    // one that is there and cannot be read is for the session to report
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
