import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { run } from '../init/run.ts';
import type { KubeObject } from '../kubernetes/object.ts';
import { fieldAt } from '../kubernetes/object.ts';
import { hostPid } from './host-pid.ts';

/** A pod that is a host of the lab: it exists before the cluster does. */
export interface PodHost {
  /** Label that every such pod has, and its value. */
  readonly label: readonly [name: string, value: string];
  readonly host: string;
  readonly address: string;
}

export interface PodNetworkOptions {
  /** Words before a command that run it in the network of the node; none where we are on it. */
  readonly enterNode: readonly string[];
  /** First three octets: `10.244.0`. */
  readonly prefix: string;
  /** Bridge on the node; has address .1. */
  readonly bridge: string;
  /** Last octets from here to 254 are handed out; below live hosts of the lab. */
  readonly firstOctet: number;
  readonly podHosts: readonly PodHost[];
}

/** Network and UTS namespaces of the pods of one node. */
export interface PodNetwork {
  /** The address of a pod that is about to start; begins to make its namespaces. */
  addressOf(pod: KubeObject): string;
  /**
   * Words before a command that run it where the pod's containers are; none for the node's own
   * network.
   *
   * @throws {Error} If the pod has no network: it has not started, or is gone.
   */
  enter(pod: KubeObject): Promise<readonly string[]>;
  /** Takes down what was made for a pod. */
  remove(podUid: string): void;
}

interface Sandbox {
  readonly address: string;
  /** Process that holds the namespaces. */
  readonly pid: Promise<number>;
  end(): void;
}

export function createPodNetwork(options: PodNetworkOptions): PodNetwork {
  const { prefix, firstOctet, podHosts } = options;
  const sandboxes = new Map<string, Sandbox>();
  let octet = firstOctet - 1;

  const podHost = ({ metadata }: KubeObject): PodHost | undefined =>
    podHosts.find(({ label: [name, value] }) => metadata.labels?.[name] === value);

  /** In turn, so that an address is not used again soon. */
  function freeAddress(): string {
    const taken = new Set([...sandboxes.values()].map(({ address }) => address));
    do {
      octet = octet >= 254 ? firstOctet : octet + 1;
    } while (taken.has(`${prefix}.${octet}`) && taken.size < 255 - firstOctet);
    return `${prefix}.${octet}`;
  }

  return {
    addressOf(pod) {
      const known = podHost(pod);
      if (known) return known.address;
      const address = freeAddress();
      sandboxes.set(pod.metadata.uid ?? '', makeSandbox(pod.metadata.name, address, options));
      return address;
    },
    async enter(pod) {
      if (fieldAt(pod, 'spec.hostNetwork') === true) return options.enterNode;
      const known = podHost(pod);
      if (known)
        return ['nsenter', '-t', String(hostPid(known.host)), '-m', '-u', '-n', '-p', '--'];
      const sandbox = sandboxes.get(pod.metadata.uid ?? '');
      if (!sandbox) throw new Error(`Cannot enter pod "${pod.metadata.name}": it has no network`);
      return ['nsenter', '-t', String(await sandbox.pid), '-u', '-n', '--'];
    },
    remove(podUid) {
      sandboxes.get(podUid)?.end();
      sandboxes.delete(podUid);
    },
  };
}

/** Pods of several nodes: each in the network of its own. */
export function podNetworks(byNode: ReadonlyMap<string, PodNetwork>): PodNetwork {
  const of = (pod: KubeObject): PodNetwork => {
    const found = byNode.get(String(fieldAt(pod, 'spec.nodeName')));
    if (!found) throw new Error(`Cannot find the network of pod "${pod.metadata.name}"`);
    return found;
  };
  return {
    addressOf: (pod) => of(pod).addressOf(pod),
    enter: async (pod) => await of(pod).enter(pod),
    remove(podUid) {
      for (const network of byNode.values()) network.remove(podUid);
    },
  };
}

/** Says when the namespaces are there, then only keeps them, as the pause container does. */
const PAUSE = 'hostname "$1" && echo ready && exec sleep infinity';

function makeSandbox(name: string, address: string, options: PodNetworkOptions): Sandbox {
  const argv = ['--net', '--uts', 'sh', '-c', PAUSE, 'sh', name];
  const child = spawn('unshare', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = new Promise<number>((resolve, reject) => {
    const fail = () => reject(new Error(`Cannot make the network of pod "${name}"`));
    child.on('error', fail);
    child.on('close', fail);
    child.stdout.once('data', () => resolve(child.pid ?? 0));
  });
  const pid = ready.then(async (pid) => {
    await connectPod(pid, address, options);
    return pid;
  });
  // whoever enters the pod is told; a pod that nobody enters may end before it is ready
  pid.catch(() => undefined);
  return { address, pid, end: () => child.kill('SIGKILL') };
}

/** A cable from the node's bridge into the pod. It goes when the pod's namespace does. */
async function connectPod(
  pid: number,
  address: string,
  { prefix, bridge, enterNode }: PodNetworkOptions,
): Promise<void> {
  const near = `veth${address.split('.')[3]}`;
  // link-local addresses would only add routes on the node that a real one has not
  const quiet = (dev: string) =>
    existsSync('/proc/sys/net/ipv6') ? [`link set dev ${dev} addrgenmode none`] : [];
  await batch(enterNode, [
    `link add name ${near} type veth peer name eth0 netns ${pid}`,
    `link set dev ${near} master ${bridge}`,
    ...quiet(near),
    `link set dev ${near} up`,
  ]);
  await batch(
    ['nsenter', '-t', String(pid), '-n', '--'],
    [
      'link set dev lo up',
      ...quiet('eth0'),
      'link set dev eth0 up',
      `addr add ${address}/24 dev eth0`,
      `route add default via ${prefix}.1`,
    ],
  );
}

async function batch(enter: readonly string[], commands: readonly string[]): Promise<void> {
  await run([...enter, 'ip', '-batch', '-'], `${commands.join('\n')}\n`);
}
