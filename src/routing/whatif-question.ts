import type { Family, NetworkState } from '../model/network.ts';
import type { Decision, OutputQuestion } from './decision.ts';

/** A question about every destination: whose packet, not where to. */
export type QuestionTemplate = Omit<OutputQuestion, 'destination'>;

/** Destinations in a row whose decision changes from the same to the same. */
export interface ChangedRange {
  /** First and last address, both included. */
  readonly first: string;
  readonly last: string;
  readonly before: Decision;
  readonly after: Decision;
}

/** Both states; what is equal in them is the same object. */
export interface BothStates {
  readonly before: NetworkState;
  readonly after: NetworkState;
}

/** Tables that rules of either state ask. */
export function askedTables({ before, after }: BothStates, family: Family): readonly number[] {
  const asked = new Set<number>([253, 254, 255]);
  for (const { rules, links } of [before, after]) {
    for (const { action } of rules[family]) if (action.kind === 'lookup') asked.add(action.table);
    for (const { vrfTable } of links) if (vrfTable !== undefined) asked.add(vrfTable);
  }
  return [...asked];
}

/** First and last IPv4 address as numbers, both included. */
export type Stretch = readonly [number, number];
