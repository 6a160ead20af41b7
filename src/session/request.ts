import type { KubeOptions } from '../ports/kubernetes.ts';
import type { VantageOptions } from '../ports/vantage.ts';

/** What the user wants to know. */
export interface DiagnoseRequest {
  /**
   * URL of a vantage on the client; a bare address if nobody can look at it. Absent: this machine,
   * or, with a cluster, the node that most pods hang on.
   */
  readonly from?: string | undefined;
  /** URL of a vantage on the server, or its bare address. Absent: what the cluster tells. */
  readonly to?: string | undefined;
  /** A cluster to begin with: what hangs there, on which server, seen from which node. */
  readonly cluster?: ClusterRequest | undefined;
  /** Addresses under which clients use the server. Empty: those on a subnet it shares with them. */
  readonly addresses: readonly string[];
  /** TCP ports of the server that matter. Empty: those that the cluster's volumes and drivers use. */
  readonly ports: readonly number[];
  /** Addresses on the client's LAN to ask beside the server. Empty: the client's gateway. */
  readonly controls: readonly string[];
  /** URLs of other clients that ask the same server. */
  readonly compare: readonly string[];
  /** Time for everything, in milliseconds; what is known then is the answer. */
  readonly deadlineMs: number;
  /**
   * Time for one probe, in milliseconds. Below 5000 a service that accepts and hangs cannot be told
   * from a slow one.
   */
  readonly probeTimeoutMs: number;
  readonly vantage: VantageOptions;
}

/** Which cluster, as whom, and how much of it. */
export interface ClusterRequest {
  readonly kube: KubeOptions;
  /** Only what hangs in this namespace. */
  readonly namespace?: string | undefined;
}

/** Ports of a TrueNAS that a CSI driver for NFS uses: NFS, and the API with and without TLS. */
export const DEFAULT_PORTS = [2049, 443, 80] as const;
export const DEFAULT_DEADLINE_MS = 20_000;
export const DEFAULT_PROBE_TIMEOUT_MS = 5500;

/** Whether a `from` or `to` is a bare address instead of a way to look at a host. */
export function isBareAddress(text: string): boolean {
  return /^[0-9]+(\.[0-9]+){3}$/.test(text) || /^[0-9a-fA-F]*:[0-9a-fA-F:.]+$/.test(text);
}
