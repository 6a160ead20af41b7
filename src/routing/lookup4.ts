import { TABLE } from '../model/network.ts';
import type { Choices } from './choices.ts';
import { EACCES, EAGAIN, EHOSTUNREACH, EINVAL, ENETUNREACH, OK } from './errno.ts';
import type { Flow4 } from './flow.ts';
import type { Kernel4 } from './kernel4.ts';
import { longestOf } from './ranges.ts';
import { classOf4, nextMatch4 } from './rule-scan4.ts';
import { ACT } from './rules.ts';
import { FIRST_ERROR, HOP, TYPE } from './table-columns.ts';
import { PACKED, type Table4 } from './table4.ts';
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
  const { destination } = flow;
  const flowClass = classOf4(k.scan, flow);
  let rule = nextMatch4(k.scan, destination, { flowClass, rule: 0 });
  while (rule >= 0) {
    const act = k.rules.act[rule] as number;
    const target = k.rules.target[rule] as number;
    if (act === ACT.goto && target >= 0) {
      // the target's own selectors are asked too
      rule = nextMatch4(k.scan, destination, { flowClass, rule: target });
      continue;
    }
    if (act !== ACT.nop && act !== ACT.goto) {
      const error = actOn(k, rule, flow, found);
      if (error !== EAGAIN && (error !== OK || !isSuppressed(k, rule, found))) {
        found.rule = rule;
        return error;
      }
    }
    rule = nextMatch4(k.scan, destination, { flowClass, rule: rule + 1 });
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
  if (limit >= 0 && (table.length[prefix] as number) <= limit) return true;
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
    const first = table.plain ? prefix : (table.firstRow[prefix] as number);
    const end = table.plain ? prefix + 1 : (table.firstRow[prefix + 1] as number);
    let leavesLeaf = false;
    for (let row = first; row < end; row++) {
      const packed = table.packed[2 * row] as number;
      if (!suits(packed, flow)) continue;
      found.prefix = prefix;
      found.row = row;
      found.hop = -1;
      const type = packed & PACKED.type;
      if (type >= FIRST_ERROR) return TYPE_ERROR[type] as number;
      const simple = (packed & PACKED.usable) !== 0 && flow.oif === 0;
      found.hop = simple ? (table.packed[2 * row + 1] as number) : usableHop(table, row, flow.oif);
      if (found.hop >= 0) return OK;
      leavesLeaf = (packed & PACKED.object) !== 0;
      if (leavesLeaf) break;
    }
    found.row = -1;
    prefix = leavesLeaf ? pastSameNetwork(table, prefix) : (table.ranges.parent[prefix] as number);
  }
  return EAGAIN;
}

/** Routes that are dead, of another tos or reach too far are passed over. */
function suits(packed: number, flow: Flow4): boolean {
  if (packed & PACKED.dead) return false;
  const tos = (packed >>> PACKED.tosShift) & 0xff;
  if (tos !== 0 && tos !== (flow.tos & 0x1c)) return false;
  return packed >>> PACKED.scopeShift >= flow.scope;
}

/** The first nexthop that can be used, on `oif` where that is given; -1 for none. */
function usableHop(table: Table4, row: number, oif: number): number {
  const first = table.firstHop[row] as number;
  const end = first + (table.hopCount[row] as number);
  for (let hop = first; hop < end; hop++) {
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
