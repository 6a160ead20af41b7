import type { Family, NetworkState, Route, Rule } from '../model/network.ts';
import { canonicalAddress, familyOf } from '../model/prefix.ts';
import { readIpRoutes } from '../readers/ip-route.ts';
import { readIpRules } from '../readers/ip-rule.ts';
import type { Reading } from '../readers/reading.ts';
import { type Change, freePriority, type Wanted } from '../routing/whatif-change.ts';

/** Changes as they are given on a command line, each in the words of `ip`. */
export interface ChangeOptions {
  readonly set?: readonly string[];
  readonly add?: readonly string[];
  readonly del?: readonly string[];
  readonly down?: readonly string[];
}

/**
 * The changes in the order settings, deletions, additions, devices.
 *
 * @param state The host they are for: a rule without a priority gets the one its kernel would give.
 * @throws {SyntaxError} If one of them cannot be read.
 */
export function parseChanges(options: ChangeOptions, state: NetworkState): readonly Change[] {
  return [
    ...(options.set ?? []).map(parseSetting),
    ...(options.del ?? []).map(parseDeletion),
    ...(options.add ?? []).map((text) => parseAddition(text, state)),
    ...(options.down ?? []).map((device): Change => ({ kind: 'device-down', device })),
  ];
}

function parseSetting(text: string): Change {
  if (/^tailscale\.acceptRoutes=(?:false|off|0)$/.test(text)) {
    return { kind: 'stop-accepting-routes' };
  }
  throw new SyntaxError(
    `Cannot set "${text}": what can be set is tailscale.acceptRoutes=false (what it would accept again is not known here)`,
  );
}

function parseAddition(text: string, state: NetworkState): Change {
  const { what, words } = wordsOf(text);
  if (what === 'address') return { kind: 'add-address', address: addressOf(words, text) };
  const family = familyOfWords(words);
  const rest = words.filter((word) => word !== '-4' && word !== '-6');
  if (what === 'route') return { kind: 'add-route', family, route: routeToAdd(rest, family, text) };
  const { rule, priority } = ruleOf(rest, family, text);
  const given = priority ?? freePriority(state.rules[family]);
  return { kind: 'add-rule', family, rule: { ...rule, priority: given } };
}

function parseDeletion(text: string): Change {
  const { what, words } = wordsOf(text);
  const family = familyOfWords(words);
  const rest = words.filter((word) => word !== '-4' && word !== '-6');
  if (what === 'route')
    return { kind: 'del-route', family, wanted: wantedRoute(rest, family, text) };
  if (what !== 'rule')
    throw new SyntaxError(`Cannot delete "${text}": only a rule or a route can be`);
  const named = rest.some((word) => ACTION.test(word));
  const { rule, priority } = ruleOf(named ? rest : [...rest, 'nop'], family, text);
  const { action, priority: _, ...selectors } = rule;
  const wanted: Wanted<Rule> = {
    ...selectors,
    ...(named ? { action } : {}),
    ...(priority === undefined ? {} : { priority }),
  };
  return { kind: 'del-rule', family, wanted };
}

function wordsOf(text: string): { readonly what: string; readonly words: readonly string[] } {
  const [what = '', ...words] = text.trim().split(/\s+/);
  if (!/^(?:rule|route|address)$/.test(what) || words.length === 0) {
    throw new SyntaxError(
      `Cannot read the change "${text}": expected "rule …", "route …" or "address …" as ip takes them`,
    );
  }
  return { what, words };
}

/** IPv6 where that is said or an address says so. */
function familyOfWords(words: readonly string[]): Family {
  if (words.includes('-6')) return 'ipv6';
  return words.some((word) => /^[\da-fA-F]*:[\da-fA-F:.]*(?:\/\d+)?$/.test(word)) ? 'ipv6' : 'ipv4';
}

const ACTION = /^(?:lookup|table|goto|nop|l3mdev|blackhole|unreachable|prohibit)$/;
const PRIORITY = /^(?:priority|preference|pref|order)$/;

function ruleOf(
  words: readonly string[],
  family: Family,
  text: string,
): { readonly rule: Rule; readonly priority: number | undefined } {
  const at = words.findIndex((word) => PRIORITY.test(word));
  const number = at < 0 ? undefined : Number(words[at + 1]);
  if (number !== undefined && !(Number.isInteger(number) && number >= 0)) {
    throw new SyntaxError(`Cannot read the change "${text}": no number after "${words[at]}"`);
  }
  const rest = at < 0 ? words : words.toSpliced(at, 2);
  const [rule] = read(readIpRules(`${number ?? 0}:\t${rest.join(' ')}`, { family }), text);
  if (!rule) throw new SyntaxError(`Cannot read the change "${text}": it is no rule`);
  return { rule, priority: number };
}

function routeOf(words: readonly string[], family: Family, text: string): Route {
  const [route] = read(readIpRoutes(words.join(' '), { family }), text);
  if (!route) throw new SyntaxError(`Cannot read the change "${text}": it is no route`);
  return route;
}

/** With the scope and metric that `ip route add` fills in. Source: iproute2 ip/iproute.c. */
function routeToAdd(words: readonly string[], family: Family, text: string): Route {
  const route = routeOf(words, family, text);
  if (route.type === 'unicast' && route.nexthops.length === 0) {
    throw new SyntaxError(`Cannot read the change "${text}": neither "via" nor "dev"`);
  }
  if (family === 'ipv6') {
    const metric = words.includes('metric') ? route.metric : 1024;
    return { ...route, metric, pref: route.pref ?? 'medium' };
  }
  if (words.includes('scope')) return route;
  return { ...route, scope: scopeOf(route) };
}

function scopeOf({ type, nexthops }: Route): string {
  if (type === 'local') return 'host';
  if (type === 'broadcast' || type === 'multicast' || type === 'anycast') return 'link';
  const direct = type === 'unicast' && nexthops.every(({ gateway }) => gateway === undefined);
  return direct ? 'link' : 'global';
}

/** Only what was named: the prefix and table always count, the rest where it was given. */
function wantedRoute(words: readonly string[], family: Family, text: string): Wanted<Route> {
  const leads = words.some((word) => word === 'dev' || word === 'via' || word === 'nexthop');
  // a reader of routes wants to know where one leads, which a deletion need not say
  const route = routeOf(leads ? words : [...words, 'dev', 'lo'], family, text);
  const named = (...keys: string[]) => keys.some((key) => words.includes(key));
  return {
    prefix: route.prefix,
    table: route.table,
    ...(route.type === 'unicast' ? {} : { type: route.type }),
    ...(named('metric') ? { metric: route.metric } : {}),
    ...(named('tos') ? { tos: route.tos } : {}),
    ...(named('proto', 'protocol') ? { protocol: route.protocol } : {}),
    ...(leads ? { nexthops: route.nexthops } : {}),
  };
}

function addressOf(words: readonly string[], text: string) {
  const [whole = '', ...rest] = words;
  const [local = '', length] = whole.split('/');
  const dev = rest[rest.indexOf('dev') + 1];
  const bits = familyOf(local) === 'ipv4' ? 32 : 128;
  const prefixLength = length === undefined ? bits : Number(length);
  const fits = Number.isInteger(prefixLength) && prefixLength >= 0 && prefixLength <= bits;
  if (!rest.includes('dev') || dev === undefined || !fits) {
    throw new SyntaxError(
      `Cannot read the change "${text}": expected address ADDRESS/LENGTH dev DEVICE`,
    );
  }
  return { dev, local: canonicalAddress(local), prefixLength, scope: 'global', flags: [] };
}

function read<T>({ value, problems }: Reading<T>, text: string): T {
  const [problem] = problems;
  if (problem) throw new SyntaxError(`Cannot read the change "${text}": ${problem.why}`);
  return value;
}
