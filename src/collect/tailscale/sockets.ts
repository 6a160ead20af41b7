/** At least one path, tried in order. */
export type SocketPaths = readonly string[];

/**
 * Where tailscaled listens, as seen from inside its own root: the default (also under its other
 * name, because one of the two may be a link that leads out of a container), and containerboot's.
 * Source: tailscale paths/paths.go; cmd/containerboot.
 */
const INSIDE = [
  '/run/tailscale/tailscaled.sock',
  '/var/run/tailscale/tailscaled.sock',
  '/tmp/tailscaled.sock',
];

/** On the host itself also Synology DSM 7, QNAP and the BSDs. Source: tailscale paths/paths.go. */
const ON_HOST: SocketPaths = [
  '/run/tailscale/tailscaled.sock',
  '/var/run/tailscale/tailscaled.sock',
  '/var/packages/Tailscale/var/tailscaled.sock',
  '/tmp/tailscale/tailscaled.sock',
  '/var/run/tailscaled.socket',
];

/** A Kubernetes node may run many Connectors; a handful tells who advertises what. */
export const MAX_OTHERS = 8;

/** The processes called tailscaled, by what their network namespace is. */
export interface FoundProcesses {
  /** In the network namespace we look from: these shape the host's routing. */
  readonly own: readonly number[];
  /** In another: pods and containers. */
  readonly other: readonly number[];
  /** Not ours to look at: their namespace cannot be told without root. */
  readonly hidden: readonly number[];
}

/** Paths of the socket of one process, through its own root. */
export function socketsOf(pid: number): SocketPaths {
  return INSIDE.map((path) => `/proc/${pid}/root${path}`);
}

/**
 * Paths of the socket of the tailscaled that shapes the host's routing, best first; empty if
 * there is none. A path of the host is not trusted while the only tailscaled is known to have a
 * network of its own: it may be that one's, mounted out of its container.
 */
export function ownSockets({ own, other, hidden }: FoundProcesses): SocketPaths {
  if (own.length === 0 && hidden.length === 0 && other.length > 0) return [];
  return [...own.flatMap(socketsOf), ...ON_HOST];
}

/** The paths of {@link socketsOf} and {@link ownSockets} for the shell, `$p` being the process. */
export const SHELL_INSIDE = INSIDE.map((path) => `/proc/$p/root${path}`).join(' ');
export const SHELL_ON_HOST = ON_HOST.join(' ');
