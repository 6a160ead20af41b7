import type { ClusterFacts } from '../model/cluster.ts';
import type { ObjectRef } from '../model/cluster-message.ts';
import type { ByHand, Evidence } from '../model/diagnosis.ts';
import type { HostFacts } from '../model/host.ts';
import type { KernelRoute, Probe } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Trace } from '../model/trace.ts';
import type { Answer } from '../routing/decision.ts';

/** A routing decision of ours beside the kernel's own answer to the same question. */
export interface CheckedDecision {
  /** What the model says; absent when facts it needs are missing. */
  readonly answer: Answer | undefined;
  /** The kernel's answer, where it was asked. */
  readonly kernel: KernelRoute | undefined;
  /** Undefined unless both are there. */
  readonly agree: boolean | undefined;
}

/** Somebody on the network, as far as we know it. */
export interface Party {
  readonly id: string;
  readonly name: string;
  /** The address that takes part in the flow. */
  readonly address: string | undefined;
  /** Absent when nobody could look at it. */
  readonly facts: HostFacts | undefined;
}

/** One client that asks one address of one server: everything a cause may judge by. */
export interface Case {
  readonly snapshot: Snapshot;
  readonly client: Party;
  readonly server: Party & { readonly address: string };
  /** Client to server, and back; absent when there was nothing to trace with. */
  readonly forward: Trace | undefined;
  readonly back: Trace | undefined;
  /** How the server answers the client, source set to the address that was asked. */
  readonly reply: CheckedDecision;
  /** From the client to the server's address. */
  readonly probes: readonly Probe[];
  /** From the client to other machines of the LAN. */
  readonly controls: readonly Probe[];
  /** Other clients, and what became of their probes to the same address. */
  readonly others: readonly { readonly client: Party; readonly probes: readonly Probe[] }[];
}

/** A pod and the node it is on, asking the same address: who of the two is answered tells a lot. */
export interface PodCase {
  /** The pod asks, in its own network. Its packets may be masqueraded, so nothing is traced. */
  readonly pod: Case;
  /** The node asks, in the host network. */
  readonly node: Case;
}

/** One cluster, and the paths that were looked at from it. */
export interface ClusterCase {
  readonly snapshot: Snapshot;
  readonly cluster: ClusterFacts;
  /** Of a node and a server each; none where nobody could look. */
  readonly cases: readonly Case[];
  readonly podCases: readonly PodCase[];
}

/** What one cause says of one case. Every `present` names the lines it was read from. */
export type Verdict =
  | {
      readonly is: 'present';
      readonly certainty: 'proven' | 'likely';
      /** One sentence: who does what with which packets. */
      readonly because: string;
      /** Cause, mechanism, symptom. */
      readonly chain: readonly string[];
      readonly evidence: readonly Evidence[];
      /** Who is answered all the same, and why. */
      readonly contrast: readonly string[];
      readonly also: readonly string[];
      /** What in the cluster hangs because of it. */
      readonly affects?: readonly ObjectRef[] | undefined;
      /** The one fact that would make `likely` proven. */
      readonly wouldProve?: string | undefined;
      /** Of the cause's fixes, those that undo it here; all of them where nothing is said. */
      readonly fixes?: readonly string[] | undefined;
      readonly byHand: ByHand;
    }
  | { readonly is: 'absent'; readonly because: string }
  | { readonly is: 'unknown'; readonly missing: readonly string[] };

interface CauseFrame {
  /** Kebab-case and permanent: runbooks and alerts quote it. */
  readonly id: string;
  /** One line, under 60 characters, no full stop. */
  readonly title: string;
  /** Ids of fixes that undo it, least invasive first. */
  readonly fixes: readonly string[];
}

/** One way a path breaks. Pure: `judge` may not read, wait or write anything. */
export interface Cause extends CauseFrame {
  /** The part of the path it breaks; an earlier broken part hides later ones. */
  readonly breaks: 'host' | 'forward-route' | 'return-route' | 'service';
  judge(c: Case): Verdict;
}

/**
 * One way in which a cluster fails at its storage although the path from its nodes may be well.
 * These do not hide each other: each rests on what another object said last, or on another fact.
 */
export interface ClusterCause extends CauseFrame {
  judge(c: ClusterCase): Verdict;
}
