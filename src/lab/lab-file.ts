import type { HostSpec, Topology } from './topology/topology.ts';

/** What a running lab says of itself in `/run/lab.json` of its own mount namespace. */
export interface LabFile {
  readonly id: string;
  readonly variant: LabVariant;
  readonly startedUnixMs: number;
  readonly rootless: boolean;
  /** Whether its hosts can masquerade; without that, pods have no way out of their node. */
  readonly netfilter: boolean;
  /** Ids of the faults in force, oldest first. */
  readonly faults: readonly string[];
  /** What goes wrong on purpose while somebody mends. */
  readonly trouble?: string | undefined;
  readonly hosts: readonly LabFileHost[];
  /** Absent where no cluster was asked for. */
  readonly kubernetes?: LabFileKubernetes | undefined;
}

/** The cluster on the node, as a person on any host of the LAN reaches it. */
export interface LabFileKubernetes {
  readonly url: string;
  /** How many times shorter than real ones the kubelet's back-off waits are. */
  readonly backOffScale: number;
  /** By user: path of its kubeconfig, as every host of the lab sees it. */
  readonly kubeconfigs: Readonly<Record<string, string>>;
}

/** How the tailnet's tunnels are made: of veth and policy rules, or of WireGuard in user space. */
export const LAB_VARIANTS = ['veth', 'wireguard'] as const;
export type LabVariant = (typeof LAB_VARIANTS)[number];

interface LabFileHost {
  readonly name: string;
  readonly hostname: string;
  readonly addresses: readonly string[];
  /** A fault has switched it off. */
  readonly off: boolean;
}

export const LAB_FILE = 'lab.json';

/** Addresses of a host: those of its ports first, then those in the tailnet. */
export function addressesOf(host: HostSpec, topology: Topology): readonly string[] {
  const own = topology.hosts.filter(
    (other) => other === host || (other.inside === host.name && other.sharesNetwork),
  );
  const ports = own.flatMap(({ ports }) => ports.flatMap(({ addresses }) => addresses));
  const tailnet = own.flatMap(({ tailnet }) => (tailnet?.tun ? tailnet.addresses : []));
  const texts = [...ports.map((address) => address.replace(/\/.*/, '')), ...tailnet];
  return [...texts.filter((text) => !text.includes(':')), ...texts.filter((t) => t.includes(':'))];
}
