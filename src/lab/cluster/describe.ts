import { LAB_DIR_ON_HOST } from '../init/host-script.ts';
import type { LabFileKubernetes } from '../lab-file.ts';
import type { Topology } from '../topology/topology.ts';
import { LAB_USERS } from './users.ts';

/** Where the API of the cluster listens, on the node. */
export const API_PORT = 6443;
/** The cluster's files, as every host of the lab sees them. */
export const CLUSTER_DIR = `${LAB_DIR_ON_HOST}/kubernetes`;

export function kubeconfigPath(user: string): string {
  return `${CLUSTER_DIR}/${user}.kubeconfig`;
}

/** What there is to know of a topology's cluster; `undefined` without one. */
export function clusterOf({ hosts }: Topology): LabFileKubernetes | undefined {
  for (const { ports, daemons } of hosts) {
    const spec = daemons.flat().find(({ kind }) => kind === 'kubernetes');
    const address = ports[0]?.addresses[0]?.replace(/\/.*/, '');
    if (!spec || address === undefined) continue;
    return {
      url: `https://${address}:${API_PORT}`,
      backOffScale: spec.backOffScale ?? 1,
      kubeconfigs: Object.fromEntries(LAB_USERS.map(({ name }) => [name, kubeconfigPath(name)])),
    };
  }
  return undefined;
}
