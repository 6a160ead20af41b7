import type { HostFacts } from '../model/host.ts';
import type { Observation } from '../model/observation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Vantage } from '../ports/vantage.ts';
import type { ScriptPart, SectionAnswer } from './section.ts';

/** What a collector works with while one host is looked at. */
export interface CollectContext {
  readonly vantage: Vantage;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** When the script was sent, on the program's clock. */
  readonly sentAtUnixMs: number;
  /** Replaces the facts by better ones. */
  update(change: (facts: HostFacts) => HostFacts): void;
  observe(observation: Observation): void;
}

/**
 * Reads one kind of fact about a host. It adds its parts to the one script that is run there, and
 * takes each of its sections once: as it arrives, or as unread when it will not come.
 */
export interface Collector {
  readonly id: string;
  /** What of it begins the script, before the parts of any collector. Must be quick. */
  readonly first?: readonly ScriptPart[];
  /** Its parts of the script; the ids of sections begin with the collector's own. */
  parts(vantage: Vantage): readonly ScriptPart[];
  /** Begins one run. */
  start(context: CollectContext): Collecting;
}

export interface Collecting {
  /** Never throws: what cannot be understood becomes a missing fact. */
  take(answer: SectionAnswer): void;
  /** Resolves when questions asked beside the script are answered. Never rejects. */
  settled(): Promise<void>;
}
