import { type Route, TABLE } from '../model/network.ts';
import { prefixLength } from '../model/prefix.ts';
import type { Choices } from './choices.ts';
import { LOOPBACK } from './devices.ts';
import { EACCES, EAGAIN, EHOSTUNREACH, EINVAL, ENETUNREACH, OK } from './errno.ts';
import type { Flow6 } from './flow.ts';
import type { Kernel6 } from './kernel6.ts';
import { routesByNexthop } from './nexthop-objects6.ts';
import { selectPath6 } from './path6.ts';
import { longestOf6 } from './ranges6.ts';
import { ACT, FROM, NOT, selectorsMatch } from './rules.ts';
import { type Search6, selectRoute6 } from './select-route6.ts';
import { hopsOf, TYPE } from './table-columns.ts';
import { leafTakes, type Table6 } from './table6.ts';
import { joinVrf, vrfTable } from './vrf.ts';

/** What an IPv6 lookup found. */
export interface Found6 {
  rule: number;
  table: Table6 | undefined;
  prefix: number;
  row: number;
  hop: number;
}

/** How a lookup is made. */
export interface Manner6 {
  /** Device that routes should leave by: `oif` when sending, `iif` for what came in. */
  readonly device: number;
  /** Routes by any other device do not count. */
  readonly strict: boolean;
}

export function nothingFound6(): Found6 {
  return { rule: -1, table: undefined, prefix: -1, row: -1, hop: -1 };
}

const TYPE_ERROR: Readonly<Record<number, number>> = {
  [TYPE.blackhole]: EINVAL,
  [TYPE.unreachable]: EHOSTUNREACH,
  [TYPE.prohibit]: EACCES,
  [TYPE.throw]: EAGAIN,
};

/**
 * Finds the route of a flow through rules and tables, and puts it into `found`.
 *
 * The kernel walks the rules only once one was added; deleting default rules alone changes nothing.
 *
 * @returns OK, or ENETUNREACH, EHOSTUNREACH, EACCES or EINVAL.
 * Source: Linux net/ipv6/fib6_rules.c, fib6_rule_lookup(), __fib6_rule_action().
 */
export function lookup6(
  k: Kernel6,
  flow: Flow6,
  { found, manner }: { found: Found6; manner: Manner6 },
  choices: Choices,
): number {
  found.rule = -1;
  const ask = (id: number) => lookupTable6(k, k.table(id), { flow, found, manner }, choices);
  if (!k.walksRules(choices)) {
    const local = ask(TABLE.local);
    const error = local === EAGAIN ? ask(TABLE.main) : local;
    return error === EAGAIN ? notFound(found) : error;
  }
  if (k.devices.hasVrf) joinVrf(k.devices, flow);
  const { rules } = k;
  for (let rule = 0; rule < rules.act.length; rule++) {
    while (ruleMatches6(k, rule, flow)) {
      const act = rules.act[rule] as number;
      if (act === ACT.nop) break;
      if (act === ACT.goto) {
        const target = rules.target[rule] as number;
        if (target < 0) break;
        rule = target;
        continue;
      }
      const error = actOn(k, { rule, flow, found }, ask);
      if (error === EAGAIN || (error === OK && isSuppressed(k, rule, found, choices))) break;
      found.rule = rule;
      return error;
    }
  }
  return notFound(found);
}

function notFound(found: Found6): number {
  Object.assign(found, nothingFound6());
  return ENETUNREACH;
}

/** A `from` matches only a flow that has a source. Source: fib6_rule_match(). */
function ruleMatches6({ rules }: Kernel6, rule: number, flow: Flow6): boolean {
  const wants = rules.wants[rule] as number;
  const matches =
    ((wants & FROM) === 0 ||
      (flow.hasSource && holds(flow.source, rules.from, rules.fromMask, rule))) &&
    holds(flow.destination, rules.to, rules.toMask, rule) &&
    selectorsMatch(rules, rule, flow);
  return matches !== ((wants & NOT) !== 0);
}

function holds(
  address: Flow6['source'],
  words: Uint32Array,
  masks: Uint32Array,
  rule: number,
): boolean {
  for (let word = 0; word < 4; word++) {
    const at = 4 * rule + word;
    const differs = (address[word] as number) ^ (words[at] as number);
    if ((differs & (masks[at] as number)) !== 0) return false;
  }
  return true;
}

function actOn(
  k: Kernel6,
  { rule, flow, found }: { rule: number; flow: Flow6; found: Found6 },
  ask: (table: number) => number,
): number {
  const act = k.rules.act[rule] as number;
  if (act === ACT.lookup) return ask(k.rules.target[rule] as number);
  if (act === ACT.l3mdev) return ask(vrfTable(k.devices, flow.vrf));
  notFound(found);
  if (act === ACT.unreachable) return ENETUNREACH;
  return act === ACT.prohibit ? EACCES : EINVAL;
}

/** Judged by the nexthop that was chosen. Source: fib6_rule_suppress(). */
function isSuppressed(
  k: Kernel6,
  rule: number,
  { table, row, hop }: Found6,
  choices: Choices,
): boolean {
  const route = table && k.state.routes.ipv6[table.route[row] as number];
  if (!route) return false;
  const limit = k.rules.suppressLength[rule] as number;
  if (
    limit >= 0 &&
    isShort(k, { route, hop: hop - (table.firstHop[row] as number), limit }, choices)
  ) {
    return true;
  }
  const group = k.rules.suppressGroup[rule] as number;
  return group >= 0 && k.devices.list[table.hopDevice[hop] as number]?.group === group;
}

function isShort(
  k: Kernel6,
  { route, hop, limit }: { route: Route; hop: number; limit: number },
  choices: Choices,
): boolean {
  const sharing = routesByNexthop(k.state, route, hopsOf(route)[hop]);
  const verdicts = [...new Set(sharing.map(({ prefix }) => prefixLength(prefix) <= limit))];
  const doubt = () => `which route by nexthop ${route.nexthopId} was used first`;
  return verdicts[choices.pick(verdicts.length, doubt)] === true;
}

/**
 * Asks one table.
 *
 * @returns OK; EAGAIN for no match or a `throw` route; else the error of the route that matched.
 * Source: Linux net/ipv6/route.c, ip6_pol_route(), fib6_table_lookup().
 */
function lookupTable6(
  k: Kernel6,
  table: Table6 | undefined,
  { flow, found, manner }: { flow: Flow6; found: Found6; manner: Manner6 },
  choices: Choices,
): number {
  Object.assign(found, { table, prefix: -1, row: -1, hop: -1 });
  if (!table) return EAGAIN;
  const leaves = leavesFor(table, flow);
  const minds = k.mindsNeighbours(choices);
  const search: Search6 = { k, table, manner, reachable: minds };
  const hit =
    firstHit(search, leaves) ??
    (minds ? firstHit({ ...search, reachable: false }, leaves) : undefined);
  if (!hit) return EAGAIN;
  found.prefix = table.prefixOfLeaf[hit.leaf] as number;
  found.row = hit.row;
  found.hop = hit.hop;
  const type = table.type[hit.row] as number;
  const error = TYPE_ERROR[type];
  if (error !== undefined) return error;
  const onDevice = flow.iif === LOOPBACK && manner.device === table.hopDevice[hit.hop];
  found.hop = selectPath6(search, { ...hit, onDevice }, choices);
  return OK;
}

/**
 * The leaves to try, in order. A prefix with source-specific routes hides its plain route from
 * other sources, all but `::/0`; once some leaf was tried and failed, nothing is hidden any more.
 *
 * Source: Linux net/ipv6/ip6_fib.c, fib6_node_lookup_1(); route.c, fib6_backtrack().
 */
function leavesFor(table: Table6, { destination, source }: Flow6): readonly number[] {
  const leaves: number[] = [];
  for (
    let prefix = longestOf6(table.ranges, destination);
    prefix >= 0;
    prefix = table.ranges.parent[prefix] as number
  ) {
    const first = table.firstLeaf[prefix] as number;
    const end = table.firstLeaf[prefix + 1] as number;
    const specific = (table.sourceLength[first] as number) > 0;
    for (let leaf = first; leaf < end; leaf++) {
      const plain = table.sourceLength[leaf] === 0;
      if (!leafTakes(table, leaf, source)) continue;
      if (plain && specific && leaves.length === 0 && table.length[prefix] !== 0) continue;
      leaves.push(leaf);
    }
  }
  return leaves;
}

function firstHit(search: Search6, leaves: readonly number[]) {
  for (const leaf of leaves) {
    const hit = selectRoute6(search, leaf);
    if (hit) return hit;
  }
  return undefined;
}
