import type { Route } from '../model/network.ts';
import type { Change4 } from './whatif-compare4.ts';
import { AFTER, BEFORE, type Entries4, entriesOf } from './whatif-entries4.ts';
import { type PlainRule, plainRules } from './whatif-plain4.ts';
import type { BothStates, QuestionTemplate, Stretch } from './whatif-question.ts';

/** What a sweep tells of one stretch; it is called in order of addresses. */
export type OnChange = (change: Change4, first: number, last: number) => void;

/**
 * Goes once over the prefixes of both states and tells every stretch whose rule or route changes.
 * For changes that touch a good part of a full table: it builds no tables.
 *
 * @param reach Where to look, all of it above 0 and below the multicast addresses.
 * @returns False, having told nothing, when rules or routes are not plain enough.
 */
export function sweep4(
  both: BothStates,
  { template, reach }: { readonly template: QuestionTemplate; readonly reach: readonly Stretch[] },
  onChange: OnChange,
): boolean {
  const rules = plainRules(both, template);
  if (!rules) return false;
  const tables = [...new Set(rules.map(({ table }) => table))];
  const entries = entriesOf(both, { tables, reach });
  if (!entries) return false;
  const stacks = tables.map(() => new Stack());
  const asked = rules.map((rule) => ({
    ...rule,
    stack: stacks[tables.indexOf(rule.table)] as Stack,
  }));
  const cuts = cutsOf(rules, reach);
  const { order } = entries;
  let next = 0;
  let cut = 0;
  let within = 0;
  let at = 0;
  while (at < END) {
    // everything that begins or ends here
    for (const stack of stacks) stack.closeUntil(at);
    for (; next < order.length; next++) {
      const entry = order[next] as number;
      if (entries.network[entry] !== at) break;
      (stacks[entries.slot[entry] as number] as Stack).open(entries, entry);
    }
    while (cut < cuts.length && (cuts[cut] as number) <= at) cut += 1;
    let end = Math.min(
      cuts[cut] ?? END,
      next < order.length ? (entries.network[order[next] as number] as number) : END,
    );
    for (const stack of stacks) end = Math.min(end, stack.end);
    while (within < reach.length && (reach[within] as Stretch)[1] < at) within += 1;
    const stretch = reach[within];
    if (!stretch) return true;
    if (stretch[0] <= at) tell(asked, at, end - 1, onChange);
    at = end;
  }
  return true;
}

const END = 2 ** 32;

interface Asked extends PlainRule {
  readonly stack: Stack;
}

function tell(rules: readonly Asked[], first: number, last: number, onChange: OnChange): void {
  const was = decided(rules, first, 'before');
  const is = decided(rules, first, 'after');
  const routeBefore = was?.stack.before;
  const routeAfter = is?.stack.after;
  if (was === is && routeBefore === routeAfter) return;
  const change = { ruleBefore: was?.rule, ruleAfter: is?.rule, routeBefore, routeAfter, rest: '' };
  onChange(change, first, last);
}

/** The rule whose table has a route that decides; `throw` sends on to the next rule. */
function decided(
  rules: readonly Asked[],
  address: number,
  state: 'before' | 'after',
): Asked | undefined {
  for (const asked of rules) {
    if (address < asked.from || address >= asked.to) continue;
    const route = asked.stack[state];
    if (route && route.type !== 'throw') return asked;
  }
  return undefined;
}

/** Where rules begin and end to count, and where the reach begins and ends; ascending. */
function cutsOf(rules: readonly PlainRule[], reach: readonly Stretch[]): Float64Array {
  const cuts = new Float64Array(2 * (rules.length + reach.length));
  let count = 0;
  for (const { from, to } of rules) {
    cuts[count++] = from;
    cuts[count++] = to;
  }
  for (const [first, last] of reach) {
    cuts[count++] = first;
    cuts[count++] = last + 1;
  }
  return cuts.sort();
}

/** The prefixes of one table around the place of the sweep, and what the innermost say. */
class Stack {
  before: Route | undefined;
  after: Route | undefined;
  /** Where the innermost ends. */
  end = END;
  #depth = 0;
  readonly #ends: number[] = [];
  readonly #befores: (Route | undefined)[] = [];
  readonly #afters: (Route | undefined)[] = [];
  /** Routes of this very prefix, not those around it. */
  #ownBefore: Route | undefined;
  #ownAfter: Route | undefined;
  #first = -1;

  closeUntil(at: number): void {
    while (this.#depth > 0 && this.end <= at) {
      this.#depth -= 1;
      this.end = this.#ends[this.#depth] as number;
      this.before = this.#befores[this.#depth];
      this.after = this.#afters[this.#depth];
      this.#first = -1;
    }
  }

  /** The next prefix inwards, or another route of the innermost: the lower metric counts. */
  open({ route, network, length, states }: Entries4, entry: number): void {
    const first = network[entry] as number;
    const end = first + 2 ** (32 - (length[entry] as number));
    if (this.#depth === 0 || this.#first !== first || this.end !== end) {
      this.#ends[this.#depth] = this.end;
      this.#befores[this.#depth] = this.before;
      this.#afters[this.#depth] = this.after;
      this.#depth += 1;
      this.#first = first;
      this.end = end;
      this.#ownBefore = undefined;
      this.#ownAfter = undefined;
    }
    const opened = route[entry] as Route;
    const bits = states[entry] as number;
    if (bits & BEFORE && isBetter(opened, this.#ownBefore)) {
      this.#ownBefore = opened;
      this.before = opened;
    }
    if (bits & AFTER && isBetter(opened, this.#ownAfter)) {
      this.#ownAfter = opened;
      this.after = opened;
    }
  }
}

/** Of equal metrics the earlier in the dump. */
function isBetter(route: Route, known: Route | undefined): boolean {
  return known === undefined || route.metric < known.metric;
}
