import type { DaemonState, Netmap } from '../protocol.ts';
import type { Acceptance } from '../tailnet/member.ts';

/** An emulated server. */
export interface Daemon {
  /** Resolves when it is as `state` says: listening, silent or shut. */
  become(state: DaemonState, netmap: Netmap | undefined): Promise<void>;
}

/** How a tailscaled has the tailnet obey what its node accepts and offers. */
export interface TunnelControl {
  /** Resolves when the other ends behave accordingly; throws if they cannot be made to. */
  set(acceptance: Acceptance, advertises: readonly string[]): Promise<void>;
}

export type DaemonFactory = (tunnel: TunnelControl) => Daemon;
