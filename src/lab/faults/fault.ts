import type { ClusterChange } from '../kubernetes/homelab/faults.ts';
import type { DaemonMode } from '../protocol.ts';
import type { PrefsEdit } from '../tailscaled/prefs.ts';
import type { DaemonKind, TruenasRelease } from '../topology/topology.ts';

/** One thing about the lab that a fault makes different from the healthy homelab. */
export type Setting =
  /** Preferences of the tailscaled that runs on lab host `host`. */
  | { readonly kind: 'prefs'; readonly host: string; readonly prefs: PrefsEdit }
  /** Dotted name, for the network namespace of `host`. */
  | {
      readonly kind: 'sysctl';
      readonly host: string;
      readonly name: string;
      readonly value: string;
    }
  /** A policy rule that is there. Arguments of `ip rule add`. */
  | {
      readonly kind: 'rule';
      readonly host: string;
      readonly family: 'ipv4' | 'ipv6';
      readonly rule: string;
    }
  | {
      readonly kind: 'daemon';
      readonly host: string;
      readonly daemon: DaemonKind;
      readonly mode: DaemonMode;
      /** Of TrueNAS: it was upgraded to this. */
      readonly release?: TruenasRelease;
    }
  /** A route that is there, or one of the healthy homelab that is not. Arguments of `ip route`. */
  | {
      readonly kind: 'route';
      readonly host: string;
      readonly family: 'ipv4' | 'ipv6';
      readonly route: string;
      readonly present: boolean;
    }
  /** What a host forwards leaves it under its own address. Needs nft. */
  | { readonly kind: 'unmasqueraded'; readonly host: string }
  /** Something of the cluster; there must be one. */
  | { readonly kind: 'cluster'; readonly host: string; readonly change: ClusterChange }
  /** The machine is off: no frame of it reaches the switch, its node is offline. */
  | { readonly kind: 'off'; readonly host: string };

/** What a diagnosis of the broken lab must say. */
export interface Expectation {
  readonly verdict: 'healthy' | 'cause-found';
  /** Ids of the causes that must be present, and no others. */
  readonly causes: readonly string[];
  /** With a look at both ends; absent: proven. */
  readonly certainty?: 'proven' | 'likely';
}

/** Whom to ask about whom; hosts are lab hosts. */
export interface FaultQuestion {
  readonly from: string;
  readonly to: string;
  readonly serverAddress: string;
}

/** A way to break the lab, or to make it look broken. */
export interface Fault {
  /** Kebab-case and permanent. */
  readonly id: string;
  /** One line, no full stop. */
  readonly title: string;
  readonly settings: readonly Setting[];
  readonly question: FaultQuestion;
  readonly expect: Expectation;
}

/** The question of the outage. */
export const NODE_TO_NAS: FaultQuestion = {
  from: 'node',
  to: 'nas',
  serverAddress: '10.0.0.210',
};

export const HEALTHY: Expectation = { verdict: 'healthy', causes: [] };

export function yields(...causes: readonly string[]): Expectation {
  return { verdict: 'cause-found', causes };
}
