import { SOCKETS_INSIDE, SOCKETS_ON_HOST } from '../../model/shell-text.ts';

/** At least one path, tried in order. */
export type SocketPaths = readonly string[];

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
  return SOCKETS_INSIDE.map((path) => `/proc/${pid}/root${path}`);
}

/**
 * Paths of the socket of the tailscaled that shapes the host's routing, best first; empty if
 * there is none. A path of the host is not trusted while the only tailscaled is known to have a
 * network of its own: it may be that one's, mounted out of its container.
 */
export function ownSockets({ own, other, hidden }: FoundProcesses): SocketPaths {
  if (own.length === 0 && hidden.length === 0 && other.length > 0) return [];
  return [...own.flatMap(socketsOf), ...SOCKETS_ON_HOST];
}

/** The paths of {@link socketsOf} for the shell, `$p` being the process. */
export const SHELL_INSIDE = SOCKETS_INSIDE.map((path) => `/proc/$p/root${path}`).join(' ');
