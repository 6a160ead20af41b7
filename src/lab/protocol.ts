import type { ClusterChange } from './kubernetes/homelab/faults.ts';
import type { Acceptance, NodeView } from './tailnet/member.ts';
import type { PrefsEdit } from './tailscaled/prefs.ts';
import type { DaemonKind, TruenasRelease } from './topology/topology.ts';

/**
 * What the lab's processes say to each other: newline-separated JSON over one unix socket that the
 * first process of the lab serves.
 */

/**
 * How an emulated server behaves: it serves, it accepts and says nothing, its port is shut, or (of
 * NFS) it lets nobody mount.
 */
export type DaemonMode = 'serving' | 'silent' | 'closed' | 'denying';

/**
 * What goes wrong on purpose while somebody mends. Of TrueNAS: jobs that change an app fail before
 * or after they have stored it, connections end in mid job, log-in takes six seconds. Of tailscaled:
 * its LocalAPI refuses connections, says nothing, forbids every change, or agrees and changes
 * nothing; the key of its node expires in three days.
 */
export const TROUBLES = {
  truenas: ['job-fails', 'job-fails-late', 'socket-closes', 'slow-login'],
  tailscaled: ['api-refuses', 'api-hangs', 'api-forbids', 'api-ignores', 'key-expires'],
} as const;
export type Trouble = (typeof TROUBLES)[keyof typeof TROUBLES][number];

export interface DaemonState {
  readonly kind: DaemonKind;
  readonly mode: DaemonMode;
  /** Address of a real program that is relayed to instead. */
  readonly swap?: string | undefined;
  readonly release?: TruenasRelease | undefined;
  readonly trouble?: Trouble | undefined;
  /** Of TrueNAS: what the form of the Tailscale app says since a fault was last set or taken back. */
  readonly acceptRoutes?: { readonly is: boolean; readonly seq: number } | undefined;
  readonly backOffScale?: number | undefined;
  readonly restarts?: number | undefined;
  readonly nodes?: number | undefined;
  /** Of Kubernetes: what is not as in the healthy cluster. */
  readonly cluster?: ClusterChange | undefined;
}

/** All that a process needs to know to be what it shall be; sent whole at every change. */
export interface ProcessState {
  readonly daemons: readonly DaemonState[];
  readonly netmap?: Netmap | undefined;
}

export interface Netmap {
  readonly self: NodeView;
  readonly peers: readonly NodeView[];
  /** True where the kernel can filter and rewrite packets for us. */
  readonly netfilter: boolean;
  /**
   * `cable`: the lab's own, made and guarded by it. Otherwise real WireGuard: `wireguard` is to make
   * the device, `wireguard-connected` to call its peers, once each of them has one.
   */
  readonly tunnel: 'cable' | 'wireguard' | 'wireguard-connected';
  /** Start without masquerading what is forwarded for subnet routes. */
  readonly noSnat: boolean;
  /** Preferences from the node's configuration file; absent where it has none. */
  readonly configFile?: PrefsEdit | undefined;
}

export type ToHub =
  | { readonly is: 'hello'; readonly host: string; readonly process: number }
  /** This state is in effect. */
  | { readonly is: 'done'; readonly seq: number }
  /** The state could not be put into effect. */
  | { readonly is: 'failed'; readonly seq: number; readonly why: string }
  /** A tailscaled changed what its tunnel accepts or offers. Answered by `tunnel-set`. */
  | {
      readonly is: 'tunnel';
      readonly seq: number;
      readonly acceptance: Acceptance;
      readonly advertises: readonly string[];
    }
  | {
      readonly is: 'command';
      readonly command: LabCommand;
      /** Of a fault, a trouble or a host; a trouble may be absent, which ends it. */
      readonly name?: string | undefined;
    };

/**
 * `release` makes the TrueNAS one of another release; `trouble` makes something go wrong while somebody mends; `relogin` logs the node of the NAS out,
 * whereupon its container logs it in again; `reboot` starts a machine anew.
 */
export type LabCommand = 'break' | 'mend' | 'status' | 'release' | 'trouble' | 'relogin' | 'reboot';

export type FromHub =
  | { readonly is: 'state'; readonly seq: number; readonly state: ProcessState }
  | { readonly is: 'tunnel-set'; readonly seq: number; readonly error?: string | undefined }
  | { readonly is: 'answer'; readonly error?: string; readonly faults?: readonly string[] };

export const CONTROL_SOCKET = 'control.sock';

/** Word to a host's program that makes it do one request of a pod, and end. */
export const NAS_REQUEST = 'nas-request';
/** And one that makes it try one mount. */
export const NODE_MOUNT = 'node-mount';
