import { type Family, type Nexthop, ROUTE_TYPES, type Route, TABLE } from '../model/network.ts';
import { addressOf, type Fields, isFields, numberOf, prefixOf, textOf, textsOf } from './fields.ts';
import { scanRoutes } from './ip-route-scan.ts';
import { routeLines } from './ip-route-text.ts';
import { jsonItems, looksLikeJson } from './items.ts';
import { dsfieldNumber, type Names, protocolName, scopeName, tableNumber } from './names.ts';
import { problemLog, type Reading, reading } from './reading.ts';

export interface RouteOptions {
  readonly family: Family;
  readonly names?: Names | undefined;
  /** Table that was asked for: `ip` then prints none. Absent means `table all`, or main. */
  readonly table?: number | undefined;
  /** Which program printed it; found out by itself where the text gives it away. */
  readonly tool?: 'iproute2' | 'busybox' | undefined;
}

/** What BusyBox leaves out. Source: busybox networking/libiproute/iproute.c, print_route(). */
const BUSYBOX_LACKS = [
  'nexthops of multipath routes, IPv6 gateways of IPv4 routes, tos, protocol, router preference, nexthop objects, metrics such as mtu',
];

/**
 * Reads the routes of one family as `ip route show table all` prints them (or `table N`, with
 * `table` set), in JSON (`-j`, with or without `-d` and `-N`) or in text, from iproute2 of any
 * version or from BusyBox.
 *
 * The order of the lines is kept: it decides among equals. A route that cannot be understood is
 * left out and reported.
 */
export function readIpRoutes(text: string, options: RouteOptions): Reading<Route[]> {
  const plain = scanRoutes(text, options, (fields) => wholeRoute(fields, options));
  if (plain) return reading(plain, problemLog());
  const items = looksLikeJson(text) ? jsonItems(text) : routeLines(text);
  const busybox = isBusybox(text, options);
  const routes: Route[] = [];
  const { values } = items;
  for (let index = 0; index < values.length; index++) {
    const fields = values[index];
    const route = isFields(fields) ? routeOf(fields, options, busybox) : 'expected an object';
    if (typeof route === 'string') {
      items.complain(index, route);
      continue;
    }
    if (leadsNowhere(route)) items.complain(index, NOWHERE);
    routes.push(route);
  }
  return reading(routes, items.log, busybox ? BUSYBOX_LACKS : []);
}

const NOWHERE = 'where this route leads is not printed';

function leadsNowhere({ type, nexthops }: Route): boolean {
  return type === 'unicast' && nexthops.length === 0;
}

/** A route with nothing to complain about. */
function wholeRoute(fields: Fields, options: RouteOptions): Route | string {
  const route = routeOf(fields, options, false);
  return typeof route !== 'string' && leadsNowhere(route) ? NOWHERE : route;
}

/**
 * BusyBox puts two blanks before `src` and `metric`, as iproute2 did before 4.17, but unlike that
 * it never prints a protocol.
 */
function isBusybox(text: string, { tool }: RouteOptions): boolean {
  if (tool) return tool === 'busybox';
  return !looksLikeJson(text) && /\S {2}(?:src|metric) /.test(text) && !/\sproto\s/.test(text);
}

/** Shared by all routes without flags, which is nearly all of them. */
const NO_FLAGS: string[] = Object.freeze([]) as unknown as string[];

/** The route, or why it is none. */
function routeOf(fields: Fields, options: RouteOptions, busybox: boolean): Route | string {
  const type = routeType(fields['type']);
  if (type === undefined) return `unknown type "${String(fields['type'])}"`;
  const prefix = routePrefix(fields['dst'], options.family);
  if (prefix === undefined) return `no ${options.family} prefix: "${String(fields['dst'])}"`;
  const table = routeTable(fields['table'], options);
  if (table === undefined) {
    return `table "${String(fields['table'])}" has no known number: its rt_tables is needed`;
  }
  const flags = flagsOf(fields);
  const nexthops = nexthopsOf(fields, flags);
  if (typeof nexthops === 'string') return nexthops;
  const scope = scopeOf(fields['scope']);
  const route: Route = busybox
    ? { table, type, prefix, tos: 0, metric: 0, scope, flags, nexthops }
    : {
        table,
        type,
        prefix,
        tos: 0,
        metric: 0,
        protocol: protocolOf(fields['protocol']),
        scope,
        flags,
        nexthops,
      };
  return readAttributes(route, fields, options) ?? route;
}

/** Puts what most routes lack in its place, or says why that cannot be done. */
function readAttributes(route: Route, fields: Fields, options: RouteOptions): string | undefined {
  if (fields['metric'] !== undefined) {
    const metric = numberOf(fields['metric']);
    if (metric === undefined || metric < 0) return 'unreadable metric';
    route.metric = metric;
  }
  if (fields['tos'] !== undefined) {
    const tos = dsfieldNumber(textOf(fields['tos']) ?? '');
    if (tos === undefined) return `unknown tos "${String(fields['tos'])}"`;
    route.tos = tos;
  }
  return readSources(route, fields, options) ?? readRareAttributes(route, fields);
}

function readSources(route: Route, fields: Fields, options: RouteOptions): string | undefined {
  if (fields['prefsrc'] !== undefined) {
    const source = addressOf(String(fields['prefsrc']));
    if (source === undefined) return 'unreadable src';
    route.prefSource = source;
  }
  if (fields['from'] !== undefined) {
    const from = routePrefix(fields['from'], options.family);
    if (from === undefined) return 'unreadable from';
    if (from !== '::/0') route.fromPrefix = from;
  }
  return undefined;
}

function readRareAttributes(route: Route, fields: Fields): string | undefined {
  const pref = fields['pref'];
  if (pref === 'low' || pref === 'medium' || pref === 'high') route.pref = pref;
  else if (pref !== undefined) return `unknown router preference "${String(pref)}"`;
  const nexthopId = numberOf(fields['nhid']);
  if (nexthopId !== undefined) route.nexthopId = nexthopId;
  if ('expires' in fields) route.expires = true;
  const mtu = mtuOf(fields['metrics']);
  if (mtu !== undefined) route.mtuBytes = mtu;
  return undefined;
}

const TYPES: ReadonlySet<string> = new Set(ROUTE_TYPES);

/** Numbers of route types as `ip -N` prints them. Source: Linux uapi/linux/rtnetlink.h. */
const TYPE_NUMBERS: ReadonlyMap<string, Route['type']> = new Map([
  ['1', 'unicast'],
  ['2', 'local'],
  ['3', 'broadcast'],
  ['4', 'anycast'],
  ['5', 'multicast'],
  ['6', 'blackhole'],
  ['7', 'unreachable'],
  ['8', 'prohibit'],
  ['9', 'throw'],
]);

function routeType(type: unknown): Route['type'] | undefined {
  if (type === undefined) return 'unicast';
  const text = textOf(type) ?? '';
  return TYPES.has(text) ? (text as Route['type']) : TYPE_NUMBERS.get(text);
}

function routePrefix(prefix: unknown, family: Family): string | undefined {
  if (typeof prefix !== 'string') return undefined;
  if (family === 'ipv6' && prefix.startsWith('0/')) return prefixOf(`::${prefix.slice(1)}`, family);
  return prefixOf(prefix, family);
}

function routeTable(table: unknown, options: RouteOptions): number | undefined {
  if (table === undefined) return options.table ?? TABLE.main;
  return tableNumber(textOf(table) ?? '', options.names);
}

/** `ip` hides `boot`. */
function protocolOf(protocol: unknown): string {
  return protocol === undefined ? 'boot' : protocolName(textOf(protocol) ?? '');
}

/** `ip` hides `global`. */
function scopeOf(scope: unknown): string {
  return scope === undefined ? 'global' : scopeName(textOf(scope) ?? '');
}

/** `encap` has no flag of its own; such a packet does not leave as it is. */
function flagsOf(fields: Fields): string[] {
  const flags = textsOf(fields['flags']);
  if (flags.length === 0 && !('encap' in fields)) return NO_FLAGS;
  return 'encap' in fields ? [...flags, 'encap'] : [...flags];
}

function nexthopsOf(fields: Fields, flags: string[]): Nexthop[] | string {
  const several = fields['nexthops'];
  if (several === undefined) {
    if (fields['dev'] === undefined && fields['gateway'] === undefined) return [];
    const only = nexthopOf(fields, flags);
    return only ? [only] : 'unreadable gateway';
  }
  if (!Array.isArray(several)) return 'unreadable nexthops';
  const hops = several.map((hop: unknown) =>
    isFields(hop) ? nexthopOf(hop, textsOf(hop['flags'])) : undefined,
  );
  const whole = hops.filter((hop) => hop !== undefined);
  return whole.length === hops.length ? whole : 'unreadable nexthop';
}

function nexthopOf(fields: Fields, flags: readonly string[]): Nexthop | undefined {
  const hop: Nexthop = {
    weight: numberOf(fields['weight']) ?? 1,
    flags: flags.length === 0 ? NO_FLAGS : [...flags],
  };
  const via = fields['via'];
  const gateway = isFields(via) ? via['host'] : (fields['gateway'] ?? via);
  if (gateway !== undefined) {
    const address = typeof gateway === 'string' ? addressOf(gateway) : undefined;
    if (address === undefined) return undefined;
    hop.gateway = address;
  }
  const dev = textOf(fields['dev']);
  if (dev !== undefined) hop.dev = dev;
  return hop;
}

/** `metrics` is a list of objects since iproute2 5.3 and one object before. */
function mtuOf(metrics: unknown): number | undefined {
  if (metrics === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(metrics) ? metrics : [metrics];
  for (const item of list) {
    const mtu = isFields(item) ? numberOf(item['mtu']) : undefined;
    if (mtu !== undefined) return mtu;
  }
  return undefined;
}
