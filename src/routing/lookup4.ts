import { TABLE } from '../model/network.ts';
import type { Choices } from './choices.ts';
import { EACCES, EAGAIN, EHOSTUNREACH, EINVAL, ENETUNREACH, OK } from './errno.ts';
import type { Flow4 } from './flow.ts';
import type { Kernel4 } from './kernel4.ts';
import { longestOf } from './ranges.ts';
import { ACT, NOT, selectorsMatch } from './rules.ts';
import { FIRST_ERROR, HOP, ROUTE, TYPE } from './table-columns.ts';
import type { Table4 } from './table4.ts';
import { joinVrf, vrfTable } from './vrf.ts';

/** What a lookup found; filled in place so that asking a million times allocates nothing. */
export interface Found4 {
  /** Index into the rule list, -1 when no rule was walked or none matched. */
  rule: number;
  table: Table4 | undefined;
  /** Prefix and row of `table`; -1 when no route decided. */
  prefix: number;
  row: number;
  hop: number;
}

export function nothingFound4(): Found4 {
  return { rule: -1, table: undefined, prefix: -1, row: -1, hop: -1 };
}

/** Error of each route type, by number. Source: Linux net/ipv4/fib_semantics.c, fib_props. */
const TYPE_ERROR: Readonly<Record<number, number>> = {
  [TYPE.blackhole]: EINVAL,
  [TYPE.unreachable]: EHOSTUNREACH,
  [TYPE.prohibit]: EACCES,
  [TYPE.throw]: EAGAIN,
};

/**
 * Finds the route of a flow through rules and tables, and puts it into `found`.
 *
 * Until the first rule is ever added the kernel walks no rules: main, with local merged into it,
 * then default. May change `oif` and `vrf` of the flow, as the kernel does for VRF devices.
 *
 * @returns OK, or why there is no route (ENETUNREACH, EHOSTUNREACH, EACCES or EINVAL); `found` then
 *   names the rule and route that said so, where there is one.
 * Source: Linux include/net/ip_fib.h, fib_lookup(); net/core/fib_rules.c, fib_rules_lookup().
 */
export function lookup4(k: Kernel4, flow: Flow4, found: Found4, choices: Choices): number {
  found.rule = -1;
  if (k.isMerged(choices)) return lookupMerged(k, flow, found);
  if (k.devices.hasVrf) joinVrf(k.devices, flow);
  const { rules } = k;
  const count = rules.act.length;
  for (let rule = 0; rule < count; rule++) {
    while (ruleMatches4(k, rule, flow)) {
      const act = rules.act[rule] as number;
      if (act === ACT.nop) break;
      if (act === ACT.goto) {
        const target = rules.target[rule] as number;
        if (target < 0) break;
        // the target's own selectors are asked next
        rule = target;
        continue;
      }
      const error = actOn(k, rule, flow, found);
      if (error === EAGAIN || (error === OK && isSuppressed(k, rule, found))) break;
      found.rule = rule;
      return error;
    }
  }
  return notFound(found);
}

function lookupMerged(k: Kernel4, flow: Flow4, found: Found4): number {
  let error = lookupTable4(k.mergedTable(), flow, found);
  if (error === EAGAIN) error = lookupTable4(k.table(TABLE.default), flow, found);
  return error === EAGAIN ? notFound(found) : error;
}

function notFound(found: Found4): number {
  found.table = undefined;
  found.prefix = -1;
  found.row = -1;
  found.hop = -1;
  return ENETUNREACH;
}

/** Source: Linux net/ipv4/fib_rules.c, fib4_rule_match(). */
function ruleMatches4({ rules }: Kernel4, rule: number, flow: Flow4): boolean {
  const matches =
    ((flow.destination ^ (rules.to[rule] as number)) & (rules.toMask[rule] as number)) === 0 &&
    ((flow.source ^ (rules.from[rule] as number)) & (rules.fromMask[rule] as number)) === 0 &&
    selectorsMatch(rules, rule, flow);
  return matches !== (((rules.wants[rule] as number) & NOT) !== 0);
}

/** Source: Linux net/ipv4/fib_rules.c, fib4_rule_action(). */
function actOn(k: Kernel4, rule: number, flow: Flow4, found: Found4): number {
  const act = k.rules.act[rule] as number;
  if (act === ACT.lookup) {
    return lookupTable4(k.tableOfRule(rule), flow, found);
  }
  if (act === ACT.l3mdev) {
    return lookupTable4(k.table(vrfTable(k.devices, flow.vrf)), flow, found);
  }
  notFound(found);
  if (act === ACT.unreachable) return ENETUNREACH;
  return act === ACT.prohibit ? EACCES : EINVAL;
}

/** Only a success can be suppressed. Source: Linux net/ipv4/fib_rules.c, fib4_rule_suppress(). */
function isSuppressed(k: Kernel4, rule: number, { table, prefix, row }: Found4): boolean {
  if (!table) return false;
  const limit = k.rules.suppressLength[rule] as number;
  if ((table.length[prefix] as number) <= limit) return true;
  const group = k.rules.suppressGroup[rule] as number;
  if (group < 0) return false;
  const device = table.hopDevice[table.firstHop[row] as number] as number;
  return k.devices.list[device]?.group === group;
}

/**
 * Asks one table: the longest prefix first, its routes in order, and on to shorter prefixes when
 * none of them can be used.
 *
 * @returns OK; EAGAIN for no match or a `throw` route; else the error of the route that matched.
 * Source: Linux net/ipv4/fib_trie.c, fib_table_lookup().
 */
export function lookupTable4(table: Table4 | undefined, flow: Flow4, found: Found4): number {
  found.table = table;
  found.row = -1;
  if (!table) return EAGAIN;
  let prefix = longestOf(table.ranges, flow.destination);
  while (prefix >= 0) {
    const end = table.firstRow[prefix + 1] as number;
    let next = table.ranges.parent[prefix] as number;
    for (let row = table.firstRow[prefix] as number; row < end; row++) {
      const tos = table.tos[row] as number;
      if (tos !== 0 && tos !== (flow.tos & 0x1c)) continue;
      if ((table.scope[row] as number) < flow.scope) continue;
      found.prefix = prefix;
      const type = table.type[row] as number;
      if (type >= FIRST_ERROR) {
        found.row = row;
        found.hop = -1;
        return TYPE_ERROR[type] as number;
      }
      const flags = table.flags[row] as number;
      if (flags & ROUTE.dead) continue;
      const hop = usableHop(table, row, flow.oif);
      if (hop >= 0) {
        found.row = row;
        found.hop = hop;
        return OK;
      }
      if (flags & ROUTE.object) {
        next = pastSameNetwork(table, prefix);
        break;
      }
    }
    prefix = next;
  }
  return EAGAIN;
}

/** The first nexthop that can be used, on `oif` where that is given; -1 for none. */
function usableHop(table: Table4, row: number, oif: number): number {
  const end = table.firstHop[row + 1] as number;
  for (let hop = table.firstHop[row] as number; hop < end; hop++) {
    if ((table.hopFlags[hop] as number) & HOP.unusable) continue;
    if (oif !== 0 && table.hopDevice[hop] !== oif) continue;
    return hop;
  }
  return -1;
}

/**
 * A route by nexthop object without usable member makes the kernel leave the whole trie leaf, and
 * with it shorter prefixes of the same network address.
 */
function pastSameNetwork({ ranges, network }: Table4, prefix: number): number {
  let next = ranges.parent[prefix] as number;
  while (next >= 0 && network[next] === network[prefix]) next = ranges.parent[next] as number;
  return next;
}
