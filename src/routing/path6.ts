import type { Choices } from './choices.ts';
import { VALID } from './neighbours.ts';
import { type Hit6, neighbourState6, type Search6, scoreOf } from './select-route6.ts';
import { HOP, ROUTE } from './table-columns.ts';

/** What was found, and whether it leaves by the very device that was asked for. */
export interface Found extends Hit6 {
  readonly onDevice: boolean;
}

/**
 * Picks one of the equal nexthops of a route by a hash whose seed nobody outside the kernel knows.
 *
 * Linux 6.12 keeps to the device a socket is bound to, where it has one among the nexthops; 6.18
 * hashes all the same (docs/lab/routing-ipv6.md). So the one found first is always among the answers.
 *
 * @returns The nexthop.
 * Source: Linux net/ipv6/route.c, fib6_select_path(); net/ipv4/nexthop.c, nexthop_select_path().
 */
export function selectPath6(search: Search6, hit: Found, choices: Choices): number {
  const { k, table } = search;
  const first = table.firstHop[hit.row] as number;
  const count = table.hopCount[hit.row] as number;
  if (count < 2) return hit.hop;
  const all = Array.from({ length: count }, (_, at) => first + at);
  const object = ((table.flags[hit.row] as number) & ROUTE.object) !== 0;
  const hashed = object ? membersOf(search, hit, all) : siblingsOf(search, hit, all);
  const among = hit.onDevice ? [...new Set([hit.hop, ...hashed])] : hashed;
  const route = k.state.routes.ipv6[table.route[hit.row] as number];
  const taken = choices.pick(
    among.length,
    () => `multipath hash of ${route?.prefix ?? 'a route'} in table ${route?.table ?? 0}`,
  );
  return among[taken] ?? hit.hop;
}

/** Members of a group whose neighbour is not known to be silent; the first one when all are. */
function membersOf({ k, table }: Search6, _hit: Hit6, all: readonly number[]): readonly number[] {
  const good = all.filter((hop) => {
    const state = neighbourState6(k, table, hop);
    return state === undefined || (state & VALID) !== 0;
  });
  return good.length > 0 ? good : all.slice(0, 1);
}

/** When the hash falls on a sibling that may not be used, the one found first stays. */
function siblingsOf(search: Search6, hit: Hit6, all: readonly number[]): readonly number[] {
  const live = all.filter((hop) => ((search.table.hopFlags[hop] as number) & HOP.unusable) === 0);
  const good = live.filter((hop) => scoreOf(search, hit.row, hop) >= 0);
  if (good.length === live.length && good.length > 0) return good;
  return [hit.hop, ...good.filter((hop) => hop !== hit.hop)];
}
