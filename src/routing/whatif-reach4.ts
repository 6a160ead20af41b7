import { readIpv4 } from '../model/address.ts';
import type { Link, NetworkState, Route, Rule } from '../model/network.ts';
import { differenceOf } from './whatif-difference.ts';
import { endOf, firstOf, packedStretch, stretchOf } from './whatif-edges4.ts';
import type { BothStates, QuestionTemplate, Stretch } from './whatif-question.ts';

const ALL: readonly Stretch[] = [[0, 2 ** 32 - 1]];
const EVERYWHERE: Reach4 = { stretches: ALL, onlyRoutes: false, sameUse: false };
/** A rule that asks a larger table is taken to matter everywhere. */
const SMALL_TABLE = 10_000;

export interface Reach4 {
  /**
   * The destinations that a change can matter to at all, as disjoint ascending stretches: those of
   * the routes and rules that differ. Everywhere, as soon as anything else differs that could matter.
   */
  readonly stretches: readonly Stretch[];
  /**
   * The states differ in routes alone, and in none to the host itself, which decide about more than
   * their own destinations.
   */
  readonly onlyRoutes: boolean;
  /** Whoever takes the same route in both states takes it in the same way. */
  readonly sameUse: boolean;
}

export function reach4(both: BothStates, template: QuestionTemplate): Reach4 {
  const { before, after } = both;
  if (!sameRest(both, template)) return EVERYWHERE;
  const { removed, added } = differenceOf(before.routes.ipv4, after.routes.ipv4);
  if (removed.some(isOwn) || added.some(isOwn)) return EVERYWHERE;
  const changedRules = differenceOf(before.rules.ipv4, after.rules.ipv4);
  const rules = [...changedRules.removed, ...changedRules.added];
  if (rules.length > 0 && hasJumps(both)) return EVERYWHERE;
  const touched: Stretch[] = [];
  for (const routes of [removed, added]) {
    for (const { prefix } of routes) touched.push(lastIncluded(prefix));
  }
  for (const rule of rules) {
    for (const stretch of reachOfRule(rule, both)) touched.push(stretch);
  }
  const stretches = joined(touched);
  if (touchesOwnGateway(both, { stretches, added })) return EVERYWHERE;
  return { stretches, onlyRoutes: rules.length === 0, sameUse: true };
}

/**
 * The same states with only the routes that can matter within some stretches: those that overlap
 * them, those to the host itself, and those that say whether a gateway is the host itself.
 */
export function statesWithin(both: BothStates, stretches: readonly Stretch[]): BothStates {
  const before = both.before.routes.ipv4;
  const after = both.after.routes.ipv4;
  const added = new Set(differenceOf(before, after).added);
  const packed = new Float64Array(before.length);
  const kept = new Uint8Array(before.length);
  const near: Route[] = [...added];
  for (let at = 0; at < before.length; at++) {
    const route = before[at] as Route;
    packed[at] = packedStretch(route.prefix);
    if (!overlaps(stretches, packed[at] as number) && !isOwn(route)) continue;
    kept[at] = 1;
    near.push(route);
  }
  const gateways = gatewaysOf(near);
  for (let at = 0; at < packed.length; at++) {
    if (overlaps(gateways, packed[at] as number)) kept[at] = 1;
  }
  const routesBefore = before.filter((_, at) => kept[at] === 1);
  const routesAfter = keptOf(after, { before, kept, added });
  return {
    before: withRoutes(both.before, routesBefore),
    after: withRoutes(both.after, routesAfter),
  };
}

/** Of the later list, what is new and what was kept of the earlier one; both in the same order. */
function keptOf(
  after: readonly Route[],
  {
    before,
    kept,
    added,
  }: { before: readonly Route[]; kept: Uint8Array; added: ReadonlySet<Route> },
): readonly Route[] {
  let at = 0;
  return after.filter((route) => {
    if (added.size > 0 && added.has(route)) return true;
    while (at < before.length && before[at] !== route) at += 1;
    return kept[at++] === 1;
  });
}

function withRoutes(state: NetworkState, ipv4: readonly Route[]): NetworkState {
  return { ...state, routes: { ...state.routes, ipv4 } };
}

function gatewaysOf(routes: Iterable<Route>): readonly Stretch[] {
  const gateways = new Set<string>();
  for (const { nexthops } of routes) {
    for (const { gateway } of nexthops) {
      if (gateway !== undefined && !gateway.includes(':')) gateways.add(gateway);
    }
  }
  const addresses = [...gateways].map((gateway) => readIpv4(gateway));
  return joined(addresses.map((address) => [address, address]));
}

function overlaps(stretches: readonly Stretch[], packed: number): boolean {
  const first = firstOf(packed);
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle] as Stretch)[1] < first) low = middle + 1;
    else high = middle;
  }
  const next = stretches[low];
  return next !== undefined && next[0] < endOf(packed);
}

/**
 * Whether all that IPv4 decisions depend on besides rules and routes is the same. That a device is
 * up or down shows in its routes; nothing else asks, unless a socket is bound to it.
 */
function sameRest(both: BothStates, { oif }: QuestionTemplate): boolean {
  const { before, after } = both;
  if (before.sysctls !== after.sysctls || before.localTable !== after.localTable) return false;
  if (before.localTable === 'unknown' || !sameAddresses(both)) return false;
  if (before.links === after.links) return before.neighbours === after.neighbours;
  const switched = switchedDevices(before.links, after.links);
  if (!switched || (oif !== undefined && switched.has(oif))) return false;
  if (!sameNeighbours(both, switched)) return false;
  const old = new Set(before.routes.ipv4.filter((route) => leadsBy(route, switched)));
  return !after.routes.ipv4.some((route) => old.has(route));
}

function leadsBy({ type, nexthops }: Route, devices: ReadonlySet<string>): boolean {
  return type !== 'local' && nexthops.some(({ dev = '' }) => devices.has(dev));
}

function sameAddresses({ before, after }: BothStates): boolean {
  if (before.addresses === after.addresses) return true;
  const [mine, theirs] = [before, after].map(({ addresses }) =>
    addresses.filter(({ local }) => !local.includes(':')),
  );
  return mine?.length === theirs?.length && mine?.every((own, at) => own === theirs?.[at]) === true;
}

/** Devices that only went up or down; `undefined` when links differ in more than that. */
function switchedDevices(
  before: readonly Link[],
  after: readonly Link[],
): ReadonlySet<string> | undefined {
  const switched = new Set<string>();
  if (before.length !== after.length) return undefined;
  for (const [at, link] of before.entries()) {
    const other = after[at];
    if (other === link) continue;
    const { flags, operState: _, ...rest } = link;
    const { flags: flagsAfter = [], operState: __, ...restAfter } = other ?? link;
    const loopback = flags.includes('LOOPBACK') || flagsAfter.includes('LOOPBACK');
    if (loopback || JSON.stringify(rest) !== JSON.stringify(restAfter)) return undefined;
    switched.add(link.name);
  }
  return switched;
}

function sameNeighbours({ before, after }: BothStates, switched: ReadonlySet<string>): boolean {
  const { removed, added } = differenceOf(before.neighbours, after.neighbours);
  return [...removed, ...added].every(({ dev }) => switched.has(dev));
}

/** Routes to the host itself decide which sources are valid and which gateways are used. */
function isOwn({ type, scope }: Route): boolean {
  return type === 'local' || scope === 'host';
}

function hasJumps({ before, after }: BothStates): boolean {
  return [before, after].some(({ rules }) =>
    rules.ipv4.some(({ action }) => action.kind === 'goto'),
  );
}

/**
 * A gateway that is the host itself is not used, and whether it is follows from a lookup like any
 * other: a change there matters to every destination behind that gateway. Source: see gateway4.ts.
 */
function touchesOwnGateway(
  { before, after }: BothStates,
  { stretches, added }: { stretches: readonly Stretch[]; added: readonly Route[] },
): boolean {
  const own = [before, after].flatMap(({ routes }) =>
    routes.ipv4.filter(isOwn).map(({ prefix }) => packedStretch(prefix)),
  );
  const touched = own.filter((packed) => overlaps(stretches, packed));
  if (touched.length === 0) return false;
  return [before.routes.ipv4, added].some((routes) =>
    gatewaysOf(routes).some(([first, last]) =>
      touched.some((packed) => first < endOf(packed) && last >= firstOf(packed)),
    ),
  );
}

/**
 * A rule cannot touch a destination outside its `to`, unless it is inverted, nor one that the table
 * it asks holds no route to.
 */
function reachOfRule(
  { to, not, action }: Rule,
  both: BothStates,
): readonly (readonly [number, number])[] {
  if (to !== undefined && !not) return [lastIncluded(to)];
  if (action.kind !== 'lookup') return ALL;
  const { table } = action;
  const routes = [both.before, both.after].flatMap((state) =>
    state.routes.ipv4.filter((route) => route.table === table),
  );
  if (routes.length > SMALL_TABLE) return ALL;
  return routes.map(({ prefix }) => lastIncluded(prefix));
}

/** A prefix by its first and last address. */
function lastIncluded(prefix: string): Stretch {
  const [first, end] = stretchOf(prefix);
  return [first, end - 1];
}

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const sorted = stretches.toSorted((a, b) => a[0] - b[0]);
  const disjoint: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = disjoint.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else disjoint.push([first, last]);
  }
  return disjoint;
}
