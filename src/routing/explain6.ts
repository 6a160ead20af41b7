import type { Explained } from './explain4.ts';
import type { Kernel6 } from './kernel6.ts';
import type { Answer6 } from './output6.ts';
import { gatewayOf6 } from './select-route6.ts';
import { hopsOf, TYPE_NAMES } from './table-columns.ts';

/** Puts a numeric IPv6 answer into words. */
export function explainFound6(k: Kernel6, answer: Answer6): Explained {
  const { table, row, hop } = answer;
  const words = {
    type: TYPE_NAMES[answer.type] ?? 'unicast',
    rule: k.rules.rules[answer.rule],
    device: k.devices.list[answer.device]?.name ?? '',
  };
  if (!table || row < 0) return words;
  const route = k.state.routes.ipv6[table.route[row] as number];
  return {
    ...words,
    table: route?.table,
    route,
    nexthop: route && hop >= 0 ? hopsOf(route)[hop - (table.firstHop[row] as number)] : undefined,
    gateway: hop >= 0 ? gatewayOf6(table, hop) : undefined,
  };
}
