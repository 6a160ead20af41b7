import type { Diagnosis } from '../model/diagnosis.ts';
import type { Fact } from '../model/fact.ts';
import type { Snapshot } from '../model/snapshot.ts';

type Gap = Diagnosis['notSeen'][number];

/** Lists of the cluster that could not be read, without which "nothing" and "none" are no answer. */
export interface ClusterGaps {
  /** Which pods hang; empty where that was read, or where there is no cluster. */
  readonly pods: readonly Gap[];
  /** Which node uses which storage. */
  readonly places: readonly Gap[];
}

export function clusterGaps({ cluster }: Pick<Snapshot, 'cluster'>): ClusterGaps {
  if (!cluster) return { pods: [], places: [] };
  return {
    pods: gap('which pods hang', cluster.hangingPods),
    places: [
      ...gap('where storage lives', cluster.backends),
      ...gap('which nodes use it', cluster.csiNodes),
    ],
  };
}

function gap(what: string, fact: Fact<unknown>): Gap[] {
  if (fact.seen) return [];
  return [{ what: `${what}: ${fact.why}`, ...(fact.next ? { next: fact.next } : {}) }];
}
