import type { Nexthop, Route, RouteType, Rule } from '../model/network.ts';
import type { Choices } from './choices.ts';
import { gatewayText, usesGateway } from './gateway4.ts';
import type { Kernel4 } from './kernel4.ts';
import type { Found4 } from './lookup4.ts';
import { hopsOf, TYPE, TYPE_NAMES } from './table-columns.ts';

/** What was found, in the words of the state it was found in. */
export interface Explained {
  readonly type: RouteType;
  readonly rule?: Rule | undefined;
  readonly table?: number | undefined;
  readonly route?: Route | undefined;
  readonly nexthop?: Nexthop | undefined;
  readonly device: string;
  readonly gateway?: string | undefined;
}

/** Puts a numeric IPv4 answer into words. */
export function explainFound4(
  k: Kernel4,
  found: Found4 & { type: number; device: number; viaGateway?: boolean },
  choices: Choices,
): Explained {
  const { table, row, hop } = found;
  const words = {
    type: TYPE_NAMES[found.type] ?? 'unicast',
    rule: k.rules.rules[found.rule],
    device: k.devices.list[found.device]?.name ?? '',
  };
  if (!table || row < 0) return words;
  const route = k.state.routes.ipv4[table.route[row] as number];
  const at = { table, row, hop };
  const viaGateway =
    hop >= 0 &&
    found.viaGateway !== false &&
    found.type !== TYPE.local &&
    usesGateway(k, at, choices);
  return {
    ...words,
    table: table.tableId[row],
    route,
    nexthop: route && hop >= 0 ? hopsOf(route)[hop - (table.firstHop[row] as number)] : undefined,
    gateway: viaGateway ? gatewayText(at) : undefined,
  };
}
