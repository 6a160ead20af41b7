import type { Change } from '../model/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { KubePodWriter, Kubernetes } from '../ports/kubernetes.ts';
import type { Vantage } from '../ports/vantage.ts';

/** A cluster's API, and what of it may be changed. */
export interface WritableCluster {
  readonly kube: Kubernetes;
  readonly pods: KubePodWriter;
}

/** How the hosts and the cluster of a plan are reached while it is carried out. */
export interface Reach {
  /** Opened when first asked for, and kept. @throws {OutsideError} */
  vantage(url: string, signal: AbortSignal): Promise<Vantage>;
  /** Leaves what is open and logs in anew, which proves that we still can. @throws {OutsideError} */
  anew(url: string, signal: AbortSignal): Promise<Vantage>;
  /** Absent where none is at hand. @throws {OutsideError} */
  readonly cluster?: (() => Promise<WritableCluster>) | undefined;
}

export interface HandContext {
  readonly reach: Reach;
  /** URL of the step's vantage. */
  readonly vantage: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One line about what is going on, for people who wait. */
  readonly tell: (line: string) => void;
}

export interface WriteContext extends HandContext {
  /** What was found when the change was begun. */
  readonly begun: string;
  /** Shell that must be true on the host at the moment of the write: that its timer waits. */
  readonly onlyIf?: string | undefined;
}

/** `do` is from → to, `undo` the other way. */
export type Direction = 'do' | 'undo';

/** Where a value stands between what a change found and what it makes. */
export type Standing = 'from' | 'to' | 'serves' | 'other';

/** What a write found just before it, and what was there just after it. */
export interface Written {
  readonly found: string;
  readonly now: string;
  /** What the program that was to do it said, when it failed. */
  readonly failure?: string | undefined;
}

/**
 * Carries out one kind of change. Every method throws `OutsideError` when the world cannot be
 * reached, and the abort reason when `signal` is aborted; then it may or may not have happened.
 */
export interface Hand<C extends Change = Change> {
  /** The present value, on one line. Changes nothing. */
  read(change: C, context: HandContext): Promise<string>;
  /** @param begun What was found when the change was begun, if it was. */
  judge(change: C, value: string, begun?: string): Standing;
  /** Writes only if the value still is what this direction starts from. */
  write(change: C, direction: Direction, context: WriteContext): Promise<Written>;
  /** Waits until what was written has taken effect; nothing where writing waits already. */
  settle?(change: C, context: HandContext): Promise<void>;
  /** Whether it can be taken back. */
  readonly reversible: boolean;
}
