import { readIpv4 } from '../model/address.ts';
import type { NetworkState, Route, Rule } from '../model/network.ts';
import { stretchOf } from './whatif-edges4.ts';
import type { BothStates, Stretch } from './whatif-question.ts';

const EVERYWHERE: readonly Stretch[] = [[0, 2 ** 32 - 1]];

/**
 * The destinations that a change can matter to at all, as disjoint ascending stretches: those of
 * the routes and rules that differ. Everywhere, as soon as anything else differs.
 */
export function reach4({ before, after }: BothStates): readonly Stretch[] {
  if (!sameRest(before, after)) return EVERYWHERE;
  const routes = difference(before.routes.ipv4, after.routes.ipv4);
  const rules = difference(before.rules.ipv4, after.rules.ipv4);
  if (!routes || !rules || routes.some(isOwn)) return EVERYWHERE;
  if (rules.length > 0 && (hasJumps(before, after) || hasOwnGateway(before, after)))
    return EVERYWHERE;
  const touched = [...routes.map(({ prefix }) => stretchOf(prefix)), ...rules.map(reachOfRule)];
  return joined(touched.map(([first, end]) => [first, end - 1] as const));
}

function sameRest(before: NetworkState, after: NetworkState): boolean {
  return (
    before.links === after.links &&
    before.addresses === after.addresses &&
    before.neighbours === after.neighbours &&
    before.sysctls === after.sysctls &&
    before.localTable === after.localTable &&
    before.localTable !== 'unknown'
  );
}

/** Routes to the host itself decide which sources are valid and which gateways are used. */
function isOwn({ type, scope }: Route): boolean {
  return type === 'local' || scope === 'host';
}

function hasJumps(...states: readonly NetworkState[]): boolean {
  return states.some(({ rules }) => rules.ipv4.some(({ action }) => action.kind === 'goto'));
}

/**
 * A gateway that is the host itself is not used, and rules have a say in whether it is.
 * Source: see gateway4.ts.
 */
function hasOwnGateway(...states: readonly NetworkState[]): boolean {
  return states.some(({ routes }) => {
    const own = routes.ipv4.filter(isOwn).map(({ prefix }) => stretchOf(prefix));
    const gateways = new Set(
      routes.ipv4.flatMap(({ nexthops }) => nexthops.map(({ gateway = '' }) => gateway)),
    );
    return [...gateways].some((gateway) => {
      const address = readIpv4(gateway);
      return own.some(([first, end]) => address >= first && address < end);
    });
  });
}

/** A rule cannot touch a destination outside its `to`, unless it is inverted. */
function reachOfRule({ to, not }: Rule): readonly [number, number] {
  return to === undefined || not ? [0, 2 ** 32] : stretchOf(to);
}

/** What is in one list only; `undefined` when the common part is not in the same order. */
function difference<T>(before: readonly T[], after: readonly T[]): readonly T[] | undefined {
  if (before === after) return [];
  const old = new Set(before);
  const now = new Set(after);
  const kept = before.filter((value) => now.has(value));
  const still = after.filter((value) => old.has(value));
  if (kept.length !== still.length || kept.some((value, at) => value !== still[at]))
    return undefined;
  return [
    ...before.filter((value) => !now.has(value)),
    ...after.filter((value) => !old.has(value)),
  ];
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
