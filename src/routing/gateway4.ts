import { TABLE } from '../model/network.ts';
import { type Choices, FIRST_CHOICE } from './choices.ts';
import { LOOPBACK, SCOPE } from './devices.ts';
import { OK } from './errno.ts';
import { emptyFlow4 } from './flow.ts';
import type { Kernel4 } from './kernel4.ts';
import { lookup4, lookupTable4, nothingFound4 } from './lookup4.ts';
import { HOP } from './table-columns.ts';
import type { Table4 } from './table4.ts';

/** A nexthop in its place. */
export interface HopAt {
  readonly table: Table4;
  readonly row: number;
  readonly hop: number;
}

const USED = 1;
const DOUBTFUL = 2;

/**
 * Whether packets go to the nexthop's gateway. A gateway that was reachable at host scope when the
 * route was added, as an address of this very host is, gets accepted but never used; what it was
 * then is kept out of sight, so one that is so now leaves a doubt.
 *
 * Source: Linux net/ipv4/route.c, rt_set_nexthop(), asks for a nexthop of link scope;
 * net/ipv4/fib_semantics.c, fib_check_nh_v4_gw(), says how it gets its scope.
 */
export function usesGateway(k: Kernel4, at: HopAt, choices: Choices): boolean {
  const { table, hop } = at;
  const flags = table.hopFlags[hop] as number;
  if ((flags & HOP.hasGateway) === 0) return false;
  if (flags & (HOP.onlink | HOP.otherFamily)) return true;
  table.hopGatewayUse[hop] ||= isAtHostScope(k, at) ? DOUBTFUL : USED;
  if (table.hopGatewayUse[hop] === USED) return true;
  const doubt = `whether ${gatewayText(at)} was an address of this host when its route was added`;
  return choices.settle(doubt, 2) === 1;
}

function isAtHostScope(k: Kernel4, { table, row, hop }: HopAt): boolean {
  if (k.ownersOf(table.hopGateway[hop] as number).length > 0) return true;
  // what addresses of lo bring are routes of host scope to all of their prefix, and may be gone since
  if (table.hopDevice[hop] === LOOPBACK) return true;
  const flow = {
    ...emptyFlow4(),
    destination: table.hopGateway[hop] as number,
    scope: SCOPE.link,
    oif: table.hopDevice[hop] as number,
    iif: LOOPBACK,
  };
  const found = nothingFound4();
  // the rule that asks the local table may be gone since
  if (lookupTable4(k.table(TABLE.local), flow, found) === OK) return true;
  const own = table.tableId[row] as number;
  const inOwn = own === TABLE.main ? undefined : lookupTable4(k.table(own), flow, found);
  const error = inOwn === OK ? OK : lookup4(k, flow, found, FIRST_CHOICE);
  if (error !== OK || !found.table) return false;
  return (found.table.scope[found.row] as number) >= SCOPE.host;
}

export function gatewayText({ table, hop }: HopAt): string | undefined {
  return table.hopText[hop];
}
