import type { Route, Rule } from '../model/network.ts';
import { stretchOf } from './whatif-edges4.ts';
import type { BothStates, QuestionTemplate, Stretch } from './whatif-question.ts';

/** A rule that asks one table for some destinations. */
export interface PlainRule {
  readonly rule: Rule;
  readonly table: number;
  /** First address, and the one past the last. */
  readonly from: number;
  readonly to: number;
}

/**
 * The rules that count for a question, if they are of the plainest kind and the same in both
 * states: each asks a table, for all destinations or those of one prefix. `undefined` otherwise.
 *
 * Then the rule and the route that decide are found without the engine, by looking at nothing but
 * prefixes; and as everything else is the same too, other routes mean another decision and the
 * same routes the same.
 */
export function plainRules(
  { before, after }: BothStates,
  template: QuestionTemplate,
): readonly PlainRule[] | undefined {
  if (before.rules.ipv4 !== after.rules.ipv4 || template.oif !== undefined) return undefined;
  if (before.localTable !== 'split' || after.localTable !== 'split') return undefined;
  const plain: PlainRule[] = [];
  for (const rule of before.rules.ipv4.toSorted((a, b) => a.priority - b.priority)) {
    const { priority: _, protocol: __, action, to, fwmark, ...others } = rule;
    if (Object.values(others).some((value) => value !== undefined)) return undefined;
    if (fwmark && ((fwmark.value ^ (template.mark ?? 0)) & fwmark.mask) !== 0) continue;
    if (action.kind !== 'lookup') return undefined;
    const [from, end]: Stretch = to === undefined ? [0, 2 ** 32] : stretchOf(to);
    plain.push({ rule, table: action.table, from, to: end });
  }
  return plain;
}

/**
 * Whether a route decides as soon as it is the longest: whatever packet asks, with one way that can
 * be used and a source that is an address of the host.
 */
export function isPlainRoute(route: Route, own: ReadonlySet<string>): boolean {
  if (route.tos !== 0 || route.nexthopId !== undefined || route.nexthops.length > 1) return false;
  if (route.flags.some((flag) => flag !== 'onlink')) return false;
  if (route.prefSource !== undefined && !own.has(route.prefSource)) return false;
  const [hop] = route.nexthops;
  if (!hop) return route.type !== 'unicast' && route.type !== 'local';
  return hop.dev !== undefined && hop.flags.every((flag) => flag === 'onlink');
}
