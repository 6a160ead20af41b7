import type { Choices } from './choices.ts';
import type { Flow4 } from './flow.ts';
import { gatewayText, type HopAt, usesGateway } from './gateway4.ts';
import type { Kernel4 } from './kernel4.ts';
import type { Found4 } from './lookup4.ts';
import { INCOMPLETE, REACHABLE, VALID } from './neighbours.ts';
import { hopSource } from './source4.ts';
import { HOP, ROUTE, TYPE } from './table-columns.ts';
import { PACKED, type Table4 } from './table4.ts';

/**
 * Picks the nexthop of a route that has several, or among several default routes.
 *
 * The hash seed is random per boot, so which of several nexthops a flow takes is never known.
 * Source: Linux net/ipv4/fib_semantics.c, fib_select_path().
 */
export function selectPath4(k: Kernel4, flow: Flow4, found: Found4, choices: Choices): void {
  const { table, row } = found;
  if (!table || flow.oif !== 0) return;
  if (hasSeveralHops(table, row)) selectMultipath(k, flow, found, choices);
  else if (
    table.defaults > 1 &&
    table.length[found.prefix] === 0 &&
    table.type[row] === TYPE.unicast
  ) {
    selectDefault(k, flow, found, choices);
  }
}

function hasSeveralHops({ packed, hopCount }: Table4, row: number): boolean {
  if ((packed[2 * row] as number) & PACKED.usable) return false;
  return (hopCount[row] as number) > 1;
}

/** Also used for packets that come in, where the source pulls to no nexthop. */
export function selectMultipath(
  k: Kernel4,
  flow: Flow4 | undefined,
  found: Found4,
  choices: Choices,
): void {
  const { table, row } = found;
  if (!table) return;
  const hops = candidates(k, found, choices);
  const pulled = flow && pulledBySource(k, { flow, table, row, hops }, choices);
  const among = pulled && pulled.length > 0 ? pulled : hops;
  const taken = choices.pick(among.length, () => `multipath hash of ${routeText(k, table, row)}`);
  found.hop = among[taken] ?? found.hop;
}

/**
 * Nexthops the hash may fall on. Members of a group are left out while their neighbour is known to
 * be silent; plain nexthops only with fib_multipath_use_neigh.
 */
function candidates(k: Kernel4, { table, row }: Found4, choices: Choices): readonly number[] {
  if (!table) return [];
  const first = table.firstHop[row] as number;
  const all = Array.from({ length: table.hopCount[row] as number }, (_, at) => first + at);
  if ((table.flags[row] as number) & ROUTE.object) {
    const good = all.filter((hop) => isAnswering(k, { table, row, hop }, choices));
    return good.length > 0 ? good : [first];
  }
  const live = all.filter((hop) => ((table.hopFlags[hop] as number) & HOP.unusable) === 0);
  if (!k.multipathUsesNeighbours) return live;
  return live.filter((hop) => isAnswering(k, { table, row, hop }, choices));
}

/** Source: Linux net/ipv4/fib_semantics.c, fib_good_nh(). */
function isAnswering(k: Kernel4, at: HopAt, choices: Choices): boolean {
  const state = neighbourState(k, at, choices);
  return state === undefined || (state & VALID) !== 0;
}

function neighbourState(k: Kernel4, at: HopAt, choices: Choices): number | undefined {
  if (!usesGateway(k, at, choices)) return undefined;
  const device = k.devices.list[at.table.hopDevice[at.hop] as number]?.name ?? '';
  return k.neighbours(device, gatewayText(at) ?? '');
}

/** Nexthops whose own source is the flow's; Linux 6.16 and later prefers them, older ones do not. */
function pulledBySource(
  k: Kernel4,
  { flow, table, row, hops }: { flow: Flow4; table: Table4; row: number; hops: readonly number[] },
  choices: Choices,
): readonly number[] | undefined {
  if (flow.source === 0 || (table.flags[row] as number) & ROUTE.object) return undefined;
  const matching = hops.filter((hop) => hopSource(k, table, row, hop) === flow.source);
  if (matching.length === 0 || matching.length === hops.length) return undefined;
  if (k.multipathPrefersSource === false) return undefined;
  // each nexthop keeps the source it had when its route was added or last used without one
  const doubt = k.multipathPrefersSource
    ? `whether addresses changed since ${routeText(k, table, row)} was added`
    : 'whether the kernel is Linux 6.16 or later (multipath prefers the source)';
  return choices.settle(doubt, 2) === 0 ? matching : undefined;
}

function routeText(k: Kernel4, table: Table4, row: number): string {
  const route = k.state.routes.ipv4[table.route[row] as number];
  return `${route?.prefix ?? 'a route'} in table ${route?.table ?? 0}`;
}

/**
 * Among default routes of one metric the kernel keeps to one whose gateway answers. Which one it
 * used last is remembered out of sight, so every memory it may have is tried.
 *
 * Source: Linux net/ipv4/fib_semantics.c, fib_select_default(), fib_detect_death().
 */
function selectDefault(k: Kernel4, flow: Flow4, found: Found4, choices: Choices): void {
  const { table } = found;
  if (!table) return;
  const rows = defaultRows(k, { flow, table, found }, choices);
  if (rows.length < 2) return;
  const states = rows.map((row) =>
    neighbourState(k, { table, row, hop: table.firstHop[row] as number }, choices),
  );
  const memories = [-1, ...states.keys()];
  const possible = [...new Set(memories.map((last) => livingRow(states, last)))];
  const taken = choices.pick(
    possible.length,
    () => `which default route of table ${table.tableId[found.row]} the kernel used last`,
  );
  const order = possible[taken] ?? -1;
  if (order < 0) return;
  found.row = rows[order] as number;
  found.hop = table.firstHop[found.row] as number;
}

/** Default routes the kernel weighs against the one found, that one first; empty when it does not. */
function defaultRows(
  k: Kernel4,
  { flow, table, found }: { flow: Flow4; table: Table4; found: Found4 },
  choices: Choices,
): readonly number[] {
  const rows: number[] = [];
  let metric = table.metric[found.row] as number;
  let tos = 0;
  const end = table.firstRow[found.prefix + 1] as number;
  for (let row = table.firstRow[found.prefix] as number; row < end; row++) {
    const rowTos = table.tos[row] as number;
    if (rowTos !== 0 && rowTos !== (flow.tos & 0x1c)) continue;
    if (table.tableId[row] !== table.tableId[found.row]) continue;
    if ((table.metric[row] as number) > metric && rowTos === tos) {
      if (tos !== 0) continue;
      break;
    }
    if ((table.flags[row] as number) & ROUTE.dead) continue;
    tos = rowTos;
    metric = table.metric[row] as number;
    if (table.scope[row] !== table.scope[found.row] || table.type[row] !== TYPE.unicast) continue;
    const hop = table.firstHop[row] as number;
    if (!usesGateway(k, { table, row, hop }, choices)) continue;
    if (rows.length === 0 && row !== found.row) break;
    rows.push(row);
  }
  return rows;
}

/** Order of the route that is taken when `last` was taken before; -1 leaves the one found. */
function livingRow(states: readonly (number | undefined)[], last: number): number {
  let resort = -1;
  for (const [order, state] of states.entries()) {
    if (state === undefined || state === REACHABLE) return order;
    const valid = (state & VALID) !== 0;
    if (valid && order !== last) return order;
    if (valid || (resort < 0 && order > last && state !== INCOMPLETE)) resort = order;
  }
  return resort;
}
