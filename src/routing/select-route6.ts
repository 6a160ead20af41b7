import { isFailed, type Kernel6 } from './kernel6.ts';
import type { Manner6 } from './lookup6.ts';
import { HOP, ROUTE, TYPE } from './table-columns.ts';
import type { Table6 } from './table6.ts';

export interface Search6 {
  readonly k: Kernel6;
  readonly table: Table6;
  readonly manner: Manner6;
  /** Leave out routes whose router is known to be silent. */
  readonly reachable: boolean;
}

export interface Hit6 {
  readonly leaf: number;
  readonly row: number;
  readonly hop: number;
}

/**
 * Chooses among the routes to one prefix: the lowest metric first, and within it the best score.
 * When nothing of that metric can be used, all greater metrics compete with each other by score.
 *
 * Source: Linux net/ipv6/route.c, find_rr_leaf().
 */
export function selectRoute6(search: Search6, leaf: number): Hit6 | undefined {
  const { metric, firstRow } = search.table;
  const first = firstRow[leaf] as number;
  const end = firstRow[leaf + 1] as number;
  let next = first;
  while (next < end && metric[next] === metric[first]) next++;
  return bestOf(search, { leaf, first, end: next }) ?? bestOf(search, { leaf, first: next, end });
}

function bestOf(
  search: Search6,
  { leaf, first, end }: { leaf: number; first: number; end: number },
): Hit6 | undefined {
  const { table } = search;
  let best: Hit6 | undefined;
  let bestScore = -1;
  for (let row = first; row < end; row++) {
    const hopFirst = table.firstHop[row] as number;
    const hopEnd = hopFirst + (table.hopCount[row] as number);
    // a blackhole object ends the search at once, whatever came before it
    if ((table.flags[row] as number) & ROUTE.object && table.type[row] === TYPE.blackhole) {
      return { leaf, row, hop: hopFirst };
    }
    for (let hop = hopFirst; hop < hopEnd; hop++) {
      if ((table.hopFlags[hop] as number) & HOP.unusable) continue;
      const score = scoreOf(search, row, hop);
      if (score <= bestScore) continue;
      bestScore = score;
      best = { leaf, row, hop };
    }
  }
  return best;
}

/**
 * How well a nexthop suits: the device asked for, then router preference (RFC 4191).
 *
 * @returns -1 when it may not be used.
 * Source: Linux net/ipv6/route.c, rt6_score_route().
 */
export function scoreOf(
  { k, table, manner, reachable }: Search6,
  row: number,
  hop: number,
): number {
  const device = table.hopDevice[hop] as number;
  const suits = manner.device === 0 || manner.device === device;
  if (!suits && manner.strict) return -1;
  const hasGateway = ((table.hopFlags[hop] as number) & HOP.hasGateway) !== 0;
  if (reachable && hasGateway && isFailed(neighbourState6(k, table, hop))) return -1;
  return (suits ? 2 : 0) | ((table.preference[row] as number) << 2);
}

export function neighbourState6(k: Kernel6, table: Table6, hop: number): number | undefined {
  const gateway = gatewayOf6(table, hop);
  if (gateway === undefined) return undefined;
  return k.neighbours(k.devices.list[table.hopDevice[hop] as number]?.name ?? '', gateway);
}

export function gatewayOf6(table: Table6, hop: number): string | undefined {
  return table.hopText[hop];
}
