import type { TraceOutcome, TraceStep } from '../model/trace.ts';
import type { World, WorldHost } from './world.ts';

/** What is on its way. Addresses are text; numbers as in the header. */
export interface Packet {
  readonly protocol: number;
  readonly source: string | undefined;
  /** Why the source is not known any more: somebody on the way rewrote it. */
  readonly sourceUnknown?: string | undefined;
  readonly destination: string;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

/** A source that a host rewrote, which it turns back for replies. */
export interface Rewrite {
  readonly host: string;
  readonly original: string;
  readonly rewritten: string;
}

/** What holds for one leg while it is followed. */
export interface Walk {
  readonly world: World;
  readonly leg: 'forward' | 'return';
  /** Made on the way there, undone on the way back. */
  readonly rewrites: readonly Rewrite[];
  /** Where this packet was already, to find loops. */
  readonly visited: readonly string[];
  /** Hosts the request passed; undefined on the way there. */
  readonly seenThere: ReadonlySet<string> | undefined;
  /** How a host takes in a packet; here so that leaving and arriving can follow each other. */
  arrive(walk: Walk, host: WorldHost, arrival: Arrival): Ending;
}

/** A packet at the door of a host. */
export interface Arrival {
  /** By which it may come in; one where that is known. */
  readonly devices: readonly string[];
  readonly packet: Packet;
  /** It comes from a pod of this host. */
  readonly inside?: boolean;
}

/** How a leg goes on from some point to its end. */
export interface Ending {
  readonly steps: readonly TraceStep[];
  readonly outcome: TraceOutcome;
  readonly because: string;
  readonly missing: readonly string[];
  /** As it was when it ended. */
  readonly packet: Packet;
  readonly rewrites: readonly Rewrite[];
  /** Where it was taken in, if it was. */
  readonly arrival?: { readonly host: string; readonly device: string | undefined } | undefined;
}

/** The same ending, one step earlier. */
export function after(step: TraceStep, ending: Ending): Ending {
  return { ...ending, steps: [step, ...ending.steps] };
}

/** An ending in which the walk stops at one step. */
export function endsAt(
  step: TraceStep,
  outcome: TraceOutcome,
  rest: Pick<Ending, 'packet'> & Partial<Ending>,
): Ending {
  return { steps: [step], outcome, because: step.because, missing: [], rewrites: [], ...rest };
}

/**
 * What follows when several answers are possible: if all lead to the same end, that end; otherwise
 * nobody can tell, and what would decide is missing.
 *
 * @param endings Not empty.
 */
export function either(
  endings: readonly Ending[],
  { host, dependsOn }: { readonly host: string; readonly dependsOn: readonly string[] },
): Ending {
  const [first, ...others] = endings;
  if (!first) throw new RangeError('Cannot choose among endings: there are none');
  if (others.length === 0) return first;
  const same = others.every(
    (e) => e.outcome === first.outcome && e.arrival?.host === first.arrival?.host,
  );
  const [step, ...rest] = first.steps;
  if (same && step) {
    const ways = new Set(endings.map(({ steps }) => steps[0]?.device)).size;
    if (ways < 2) return first;
    const note = `one of ${ways} ways, all with this end; which one depends on ${dependsOn.join(', ')}`;
    return { ...first, steps: [{ ...step, notes: [...step.notes, note] }, ...rest] };
  }
  const outcomes = [...new Set(endings.map(({ outcome }) => outcome))].join(' or ');
  const because = `${outcomes}, depending on ${dependsOn.join(', ')}`;
  return endsAt({ host, action: 'unknown', because, notes: [] }, 'cannot-tell', {
    packet: first.packet,
    missing: [...dependsOn],
  });
}
