import type { Family, NetworkState, Route, Rule } from '../model/network.ts';
import type { Answer, Decision } from './decision.ts';
import { differenceOf } from './whatif-difference.ts';

/**
 * `after` with every rule and route that equals one of `before` replaced by that very object, so
 * that the rest can tell by identity what is the same. States made by `applyChange` share already.
 */
export function sharing(before: NetworkState, after: NetworkState, family: Family): NetworkState {
  return {
    ...after,
    rules: { ...after.rules, [family]: shared(before.rules[family], after.rules[family]) },
    routes: { ...after.routes, [family]: shared(before.routes[family], after.routes[family]) },
  };
}

function shared<T extends Rule | Route>(before: readonly T[], after: readonly T[]): readonly T[] {
  const { removed, added } = differenceOf(before, after);
  if (removed.length === 0 || added.length === 0) return after;
  const free = new Map<string, T[]>();
  for (const value of removed) {
    const key = keyOf(value);
    const same = free.get(key);
    if (same) same.push(value);
    else free.set(key, [value]);
  }
  const own = new Map(added.map((value) => [value, free.get(keyOf(value))?.shift() ?? value]));
  return after.map((value) => own.get(value) ?? value);
}

/** The same text for equal values, in whatever order their keys came to be. */
function keyOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The decision without the source that is the destination itself. */
export function rangeDecision(decision: Decision): Decision {
  const [first, ...others] = decision.answers.map(withoutOwnSource);
  return first ? { ...decision, answers: [first, ...others] } : decision;
}

function withoutOwnSource(answer: Answer): Answer {
  if (answer.is !== 'route' || !isOwn(answer.route)) return answer;
  const { source: _, ...rest } = answer;
  return rest;
}

/** Packets by such a route come from the very address they go to. */
export function isOwn(route: Route | undefined): boolean {
  return route?.type === 'local' && route.prefSource === undefined;
}

/** Whether two decisions, of states that share their rules and routes, are the same. */
export function sameDecision(a: Decision, b: Decision): boolean {
  return (
    a.answers.length === b.answers.length &&
    a.answers.every((answer) => b.answers.some((other) => sameAnswer(answer, other)))
  );
}

function sameAnswer(a: Answer, b: Answer): boolean {
  if (a.is !== b.is || a.rule !== b.rule || a.route !== b.route || a.table !== b.table)
    return false;
  if (a.is === 'error') return b.is === 'error' && a.errno === b.errno;
  return (
    b.is === 'route' &&
    a.type === b.type &&
    a.device === b.device &&
    a.gateway === b.gateway &&
    a.source === b.source
  );
}
