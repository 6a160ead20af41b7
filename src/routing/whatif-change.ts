import {
  type Address,
  type Family,
  type NetworkState,
  type Route,
  type Rule,
  TABLE,
} from '../model/network.ts';

import type { TailscaleFacts } from '../model/tailscale.ts';
import { prefixText, ruleText } from '../model/text.ts';
import { decideOutput } from './decide-output.ts';
import { compileKernel } from './kernel.ts';
import { addAddress } from './whatif-address.ts';
import { downDevice } from './whatif-device.ts';
import { withLanAccess, withoutAcceptedRoutes } from './whatif-tailscale.ts';

/** A part of a rule or route: what is named must be equal, what is not named may be anything. */
export type Wanted<T> = { readonly [K in keyof T]?: T[K] };

/** One change to a host, as a person would make it. */
export type Change =
  /** Without a priority the kernel picks one, see {@link freePriority}. */
  | { readonly kind: 'add-rule'; readonly family: Family; readonly rule: Rule }
  | { readonly kind: 'del-rule'; readonly family: Family; readonly wanted: Wanted<Rule> }
  | { readonly kind: 'add-route'; readonly family: Family; readonly route: Route }
  | { readonly kind: 'del-route'; readonly family: Family; readonly wanted: Wanted<Route> }
  /** `tailscale set --accept-routes=false`. */
  | { readonly kind: 'stop-accepting-routes' }
  /** `tailscale set --exit-node-allow-lan-access=true`. */
  | { readonly kind: 'allow-lan-access' }
  | { readonly kind: 'device-down'; readonly device: string }
  | { readonly kind: 'add-address'; readonly address: Address };

/**
 * The state after a change; what the change does not touch is the same object as before.
 *
 * @param tailscale What tailscaled told, where it matters which routes came from it.
 * @throws {RangeError} If the kernel would refuse the change.
 */
export function applyChange(
  state: NetworkState,
  change: Change,
  tailscale?: TailscaleFacts,
): NetworkState {
  switch (change.kind) {
    case 'add-rule':
      return withRules(state, change.family, addRule(state.rules[change.family], change.rule));
    case 'del-rule':
      return withRules(state, change.family, delRule(state.rules[change.family], change.wanted));
    case 'add-route':
      return addRoute(state, change.family, change.route);
    case 'del-route':
      return delRoute(state, change.family, change.wanted);
    case 'stop-accepting-routes':
      return withoutAcceptedRoutes(state, tailscale);
    case 'allow-lan-access':
      return withLanAccess(state);
    case 'device-down':
      return downDevice(state, change.device);
    case 'add-address':
      return addAddress(state, change.address);
  }
}

/** The first rule ever added or deleted splits local from main, for good. */
function withRules(state: NetworkState, family: Family, rules: readonly Rule[]): NetworkState {
  const localTable = family === 'ipv4' ? 'split' : state.localTable;
  return { ...state, rules: { ...state.rules, [family]: rules }, localTable };
}

/** Behind its equals. Source: Linux net/core/fib_rules.c, fib_nl_newrule(). */
function addRule(rules: readonly Rule[], rule: Rule): readonly Rule[] {
  if (rules.some((other) => isSame(other, rule))) {
    throw new RangeError(`Cannot add the rule "${ruleText(rule)}": it is there already`);
  }
  const sorted = rules.toSorted((a, b) => a.priority - b.priority);
  const at = sorted.findIndex(({ priority }) => priority > rule.priority);
  return at < 0 ? [...sorted, rule] : sorted.toSpliced(at, 0, rule);
}

function delRule(rules: readonly Rule[], wanted: Wanted<Rule>): readonly Rule[] {
  const at = rules.findIndex((rule) => holds(rule, wanted));
  if (at < 0) throw new RangeError('Cannot delete the rule: no rule is like that');
  return rules.toSpliced(at, 1);
}

/**
 * The priority a rule gets that is added without one: just before the second rule.
 * Source: Linux net/core/fib_rules.c, fib_default_rule_pref().
 */
export function freePriority(rules: readonly Rule[]): number {
  const [, second] = rules.toSorted((a, b) => a.priority - b.priority);
  return second && second.priority > 0 ? second.priority - 1 : 0;
}

function addRoute(state: NetworkState, family: Family, route: Route): NetworkState {
  const twin = state.routes[family].find(
    (other) =>
      other.table === route.table &&
      other.prefix === route.prefix &&
      other.fromPrefix === route.fromPrefix &&
      other.metric === route.metric &&
      other.tos === route.tos,
  );
  if (twin) {
    throw new RangeError(
      `Cannot add a route to ${prefixText(route.prefix)}: table ${route.table} has one with metric ${route.metric} already`,
    );
  }
  const whole = { ...route, nexthops: route.nexthops.map((hop) => withDevice(state, family, hop)) };
  return withRoutes(state, family, [...state.routes[family], whole]);
}

/** A gateway without a device is on the device that reaches it. Source: fib_check_nh(). */
function withDevice(
  state: NetworkState,
  family: Family,
  hop: Route['nexthops'][number],
): Route['nexthops'][number] {
  if (hop.dev !== undefined) {
    const link = state.links.find(({ name }) => name === hop.dev);
    if (link && !link.flags.includes('UP')) {
      throw new RangeError(`Cannot add a route by ${hop.dev}: the device is down`);
    }
    if (!link && state.links.length > 0) {
      throw new RangeError(`Cannot add a route by ${hop.dev}: there is no such device`);
    }
    return hop;
  }
  const { gateway = '' } = hop;
  const question = { family, destination: gateway, asker: 'route-get' } as const;
  const [answer] = decideOutput(compileKernel(state), question).answers;
  if (answer.is === 'error' || answer.gateway !== undefined || answer.type === 'local') {
    throw new RangeError(`Cannot add a route by ${gateway}: no device reaches it directly`);
  }
  return { ...hop, dev: answer.device };
}

function delRoute(state: NetworkState, family: Family, wanted: Wanted<Route>): NetworkState {
  const routes = state.routes[family];
  const at = routes.findIndex((route) => holds(route, { table: TABLE.main, ...wanted }));
  if (at < 0) throw new RangeError('Cannot delete the route: no route is like that');
  return withRoutes(state, family, routes.toSpliced(at, 1));
}

function withRoutes(state: NetworkState, family: Family, routes: readonly Route[]): NetworkState {
  return { ...state, routes: { ...state.routes, [family]: routes } };
}

function holds<T extends object>(value: T, wanted: Wanted<T>): boolean {
  return (Object.keys(wanted) as (keyof T)[]).every((key) => {
    if (key === 'nexthops') return holdsHops(value[key], wanted[key]);
    return JSON.stringify(value[key]) === JSON.stringify(wanted[key]);
  });
}

/** Of a nexthop only what is named counts: `ip route del P dev D` needs no gateway. */
function holdsHops(hops: unknown, wanted: unknown): boolean {
  const have = hops as Route['nexthops'];
  const want = wanted as Route['nexthops'];
  return want.every(({ dev, gateway }) =>
    have.some(
      (hop) =>
        (dev === undefined || hop.dev === dev) &&
        (gateway === undefined || hop.gateway === gateway),
    ),
  );
}

function isSame(a: Rule, b: Rule): boolean {
  const { protocol: _, ...mine } = a;
  const { protocol: __, ...theirs } = b;
  return sorted(mine) === sorted(theirs);
}

function sorted(value: object): string {
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
