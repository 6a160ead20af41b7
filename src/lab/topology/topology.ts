/** What a homelab is made of, as data: the runner in `init/` makes it true. */
export interface Topology {
  readonly segments: readonly Segment[];
  /** Parents before what runs inside them. */
  readonly hosts: readonly HostSpec[];
}

/** An Ethernet segment: a bridge, in the lab's own root namespace or on one of the hosts. */
export interface Segment {
  readonly name: string;
  readonly bridge: string;
  /** Host that owns the bridge, and the addresses the bridge itself has there. */
  readonly on?: {
    readonly host: string;
    readonly mac: string;
    readonly addresses: readonly string[];
  };
}

interface Port {
  readonly dev: string;
  readonly segment: string;
  readonly mac: string;
  /** With prefix length; IPv6 is added `nodad`, so that it is usable at once. */
  readonly addresses: readonly string[];
}

/** A machine, a pod or a container: whatever has a name, processes and a view of the network. */
export interface HostSpec {
  /** As in `lab://NAME`. */
  readonly name: string;
  readonly hostname: string;
  /** 32 hex digits, as in /etc/machine-id. */
  readonly machineId: string;
  /** Host whose PID namespace this one is nested in: a pod or container on it. */
  readonly inside?: string;
  /** True for a container that uses the network of the host it is inside (`hostNetwork`). */
  readonly sharesNetwork?: boolean;
  readonly ports: readonly Port[];
  /** Arguments of `ip route add`, either family. */
  readonly routes: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  /** Source prefixes that leave the host by `dev` under its address; needs nft. */
  readonly masquerade?: { readonly from: readonly string[]; readonly dev: string };
  readonly tailnet?: TailnetNode;
  /** Programs of the lab on its PATH. */
  readonly programs?: readonly LabProgram[];
  /** Programs of the machine that this one, a container, has not. */
  readonly lacks?: readonly string[];
  /** Each list is served by one process. */
  readonly daemons: readonly (readonly DaemonSpec[])[];
}

/** A member of the tailnet: its identity, and the preferences it starts with. */
interface TailnetNode {
  /** Number of the node; names and keys are derived from it and from the host name. */
  readonly nodeId: number;
  readonly name: string;
  readonly addresses: readonly [ipv4: string, ipv6: string];
  readonly tags?: readonly string[];
  /** False in userspace mode: no device, no rules, no routes. */
  readonly tun: boolean;
  readonly advertises: readonly string[];
  /** Configured by file: edits through the LocalAPI are refused. */
  readonly locked?: boolean;
  readonly noSnat?: boolean;
  /** Where others can call its WireGuard; absent behind NAT. */
  readonly endpoint?: string;
}

type LabProgram = 'tailscale' | 'docker';

export const DAEMON_KINDS = ['tailscaled', 'truenas', 'nfs', 'web-ui', 'kubernetes'] as const;
export type DaemonKind = (typeof DAEMON_KINDS)[number];

export const TRUENAS_RELEASES = ['24.10', '25.04', '25.10', '26.0'] as const;
export type TruenasRelease = (typeof TRUENAS_RELEASES)[number];

/** An emulated server. `swap` names an address that is relayed to instead of emulating. */
export interface DaemonSpec {
  readonly kind: DaemonKind;
  readonly swap?: string;
  /** Of TrueNAS; absent: 25.04. */
  readonly release?: TruenasRelease;
  /** Of Kubernetes: back-off waits are this many times shorter than real ones. */
  readonly backOffScale?: number;
  /** Of Kubernetes: how many nodes there are, 1 or 2; absent: 1. */
  readonly nodes?: number;
  /** Of Kubernetes: so often have the storage controllers been restarted before the lab begins. */
  readonly restarts?: number;
}

/** The host whose network namespace `host` lives in: itself unless it shares its parent's. */
export function networkOf(host: HostSpec): string {
  return host.sharesNetwork && host.inside ? host.inside : host.name;
}
