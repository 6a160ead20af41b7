import { LAB_DIR_ON_HOST } from '../init/host-script.ts';
import type { NodeSettings } from '../kubernetes/homelab/nodes.ts';

/** A node of the cluster and the way into it from the process that serves the cluster. */
export interface NodePlace extends NodeSettings {
  /** Words before a command that run it in the node's network; none on the serving node itself. */
  readonly enter: readonly string[];
}

const FIRST: NodePlace = {
  name: 'talos-1',
  address: '10.0.0.197',
  podNetwork: '10.244.0',
  enter: [],
};

const SECOND: NodePlace = {
  name: 'talos-2',
  address: '10.0.0.198',
  podNetwork: '10.244.1',
  enter: intoHost('node2', 'talos-2'),
};

/** The first serves the cluster. */
export function nodePlaces(count: number): readonly [NodePlace, ...NodePlace[]] {
  return count > 1 ? [FIRST, SECOND] : [FIRST];
}

/** By its files, as the PID namespace of another host is not to be seen: network, name and id. */
function intoHost(host: string, hostname: string): readonly string[] {
  const script = 'hostname "$0" && mount --bind "$1" /etc/machine-id && shift && exec "$@"';
  const machineId = `${LAB_DIR_ON_HOST}/hosts/${host}/machine-id`;
  return [
    ...['nsenter', `--net=${LAB_DIR_ON_HOST}/netns/${host}`, 'unshare', '--uts', '--mount'],
    ...['sh', '-c', script, hostname, machineId],
  ];
}
