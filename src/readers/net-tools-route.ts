import { readIpv4, writeIpv4 } from '../model/address.ts';
import { type Route, TABLE } from '../model/network.ts';
import { prefixOf } from './fields.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/**
 * What `/proc/net/route`, which both programs read, does not hold. Source: Linux
 * net/ipv4/fib_trie.c, fib_route_seq_show().
 */
const LACKS = [
  'any table but main, rules, further nexthops of multipath routes, IPv6 gateways, tos, `src`, scope or protocol of routes, or whether a route is blackhole or throw',
];

/**
 * Reads `route -n` and Linux `netstat -rn` of net-tools and of BusyBox: IPv4, main table only.
 *
 * `unreachable` and `prohibit` routes are both printed with `!` and cannot be told apart, so they
 * are reported and taken as `unreachable`; a route by device `*` leads nowhere anybody can tell.
 */
export function readNetToolsRoutes(text: string): Reading<Route[]> {
  const log = problemLog();
  const routes: Route[] = [];
  let columns: readonly string[] = [];
  text.split('\n').forEach((whole, at) => {
    const words = whole.trim().split(/\s+/);
    if (words[0] === '' || words[0] === 'Kernel') return;
    if (words[0] === 'Destination') {
      columns = words;
      return;
    }
    const route = routeOf(words, columns);
    if (typeof route === 'string') log.add(at + 1, whole, route);
    else routes.push(route);
    if (typeof route !== 'string' && route.type === 'unreachable') {
      log.add(at + 1, whole, '"!" is unreachable or prohibit; taken as unreachable');
    }
  });
  const lacks = columns.includes('Metric') ? LACKS : [...LACKS, 'metrics of routes'];
  return reading(routes, log, lacks);
}

function routeOf(words: readonly string[], columns: readonly string[]): Route | string {
  const cell = (name: string) => words[columns.indexOf(name)] ?? '';
  if (columns.length === 0) return 'no header line before this one';
  if (words.length !== columns.length) return `expected ${columns.length} columns`;
  const prefix = prefixWithMask(cell('Destination'), cell('Genmask'));
  if (prefix === undefined) return 'no IPv4 destination and mask';
  const flags = cell('Flags');
  const metric = Number(columns.includes('Metric') ? cell('Metric') : 0);
  if (!Number.isInteger(metric) || metric < 0) return 'unreadable metric';
  const base = { table: TABLE.main, prefix, tos: 0, metric, flags: [] };
  if (flags.includes('!')) return { ...base, type: 'unreachable', nexthops: [] };
  const dev = cell('Iface');
  if (dev === '*' || dev === '-') return 'no device: a blackhole or throw route';
  const gateway = cell('Gateway');
  if (readIpv4(gateway) < 0) return 'unreadable gateway';
  const via = flags.includes('G') && gateway !== '0.0.0.0' ? { gateway } : {};
  if (flags.includes('G') && gateway === '0.0.0.0') {
    return 'a gateway of another family, which is not printed';
  }
  return { ...base, type: 'unicast', nexthops: [{ ...via, dev, weight: 1, flags: [] }] };
}

/** A network and its mask as a prefix; `undefined` when the mask has holes. */
function prefixWithMask(network: string, mask: string): string | undefined {
  const bits = readIpv4(mask);
  const address = network === 'default' ? '0.0.0.0' : network;
  if (bits < 0 || readIpv4(address) < 0) return undefined;
  const length = 32 - Math.log2(2 ** 32 - bits);
  if (!Number.isInteger(length)) return undefined;
  return prefixOf(`${writeIpv4(readIpv4(address))}/${length}`, 'ipv4');
}
