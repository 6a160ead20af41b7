import { FAMILIES, type Family, type Route, TABLE } from '../model/network.ts';
import { familyOf } from '../model/prefix.ts';
import { addressOf, prefixOf } from './fields.ts';
import { problemLog, type Reading, reading } from './reading.ts';

const LACKS = [
  'metrics, tables other than the one that was asked for (`setfib N`), or what pf does to packets (`reply-to`, `route-to`)',
];

const TABLE_TITLES: ReadonlyMap<string, Family> = new Map([
  ['Internet:', 'ipv4'],
  ['Internet6:', 'ipv6'],
]);

/**
 * Reads FreeBSD `netstat -rn` (TrueNAS CORE), old and new, with or without `-W`: both families, one
 * routing table.
 *
 * Flags: U up, G gateway, H host, S static, R reject, B blackhole, L link-layer (an ARP entry of
 * old releases, no route). A destination without a length gets that of its class, as old releases
 * mean it. Source: freebsd-src usr.bin/netstat/route.c and common.c.
 */
export function readFreebsdRoutes(text: string): Reading<Record<Family, Route[]>> {
  const log = problemLog();
  const routes: Record<Family, Route[]> = { ipv4: [], ipv6: [] };
  let family: Family | undefined;
  let columns: readonly string[] = [];
  text.split('\n').forEach((whole, at) => {
    const line = whole.trim();
    if (line === '' || line.startsWith('Routing tables')) return;
    const title = TABLE_TITLES.get(line);
    if (title) {
      family = title;
      return;
    }
    const words = line.split(/\s+/);
    if (line.startsWith('Destination')) {
      columns = words;
      return;
    }
    if (!family || columns.length === 0) {
      log.add(at + 1, whole, 'no header line before this one');
      return;
    }
    const route = routeOf(words, columns, family);
    if (typeof route === 'string') log.add(at + 1, whole, route);
    else if (route) routes[family].push(route);
  });
  for (const each of FAMILIES) routes[each] = routes[each].map(withLocalDelivery);
  return reading(routes, log, LACKS);
}

/** The route, `undefined` for a line that is none, or what is wrong. */
function routeOf(
  words: readonly string[],
  columns: readonly string[],
  family: Family,
): Route | undefined | string {
  const cell = (name: string) => words[columns.indexOf(name)] ?? '';
  const flags = cell('Flags');
  const dev = cell('Netif') || cell('Iface');
  // only the last column, when a route expires, may be left blank
  if (words.length < columns.length - 1 || !/^[A-Z0-9a-z]+$/.test(flags)) return 'missing columns';
  if (/L/.test(flags) && isHardware(cell('Gateway'))) return undefined;
  const prefix = destinationOf(cell('Destination'), { family, host: flags.includes('H') });
  if (prefix === undefined) return `unreadable destination "${cell('Destination')}"`;
  const type = flags.includes('B') ? 'blackhole' : flags.includes('R') ? 'unreachable' : 'unicast';
  const base: Route = {
    table: TABLE.main,
    type,
    prefix,
    tos: 0,
    metric: 0,
    flags: [],
    nexthops: [],
  };
  if (type !== 'unicast') return base;
  const hop = { dev, weight: 1, flags: [] };
  if (!flags.includes('G')) return { ...base, nexthops: [hop] };
  const gateway = addressOf(cell('Gateway'));
  if (gateway === undefined) return `unreadable gateway "${cell('Gateway')}"`;
  return { ...base, nexthops: [{ ...hop, gateway }] };
}

function isHardware(gateway: string): boolean {
  return /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(gateway);
}

/** `default`, `10.0.0.0/24`, `10.10.10/24`, `127`, `fe80::%em0/64`, `fe80::1%em0`, `::1`. */
function destinationOf(
  text: string,
  { family, host }: { family: Family; host: boolean },
): string | undefined {
  const bare = text.replace(/%[^/]*/, '');
  if (bare === 'default') return prefixOf('default', family);
  if (familyOf(bare) !== family) return undefined;
  if (bare.includes('/') || host || family === 'ipv6') return prefixOf(bare, family);
  const [first = ''] = bare.split('.');
  const octets = bare.split('.').length;
  return prefixOf(`${bare}/${octets === 4 ? 32 : classLength(Number(first), octets)}`, family);
}

/** Length of an address that was cut at its class: `127` is 127/8, `172.16` is 172.16/16. */
function classLength(first: number, octets: number): number {
  const own = first < 128 ? 8 : first < 192 ? 16 : 24;
  return Math.max(own, octets * 8);
}

/** Its own addresses are host routes by `lo0` there, where Linux has a table for them. */
function withLocalDelivery(route: Route): Route {
  const [only] = route.nexthops;
  const whole = /\/(?:32|128)$/.test(route.prefix);
  if (!whole || only?.dev !== 'lo0' || only.gateway !== undefined) return route;
  return { ...route, table: TABLE.local, type: 'local', scope: 'host' };
}
