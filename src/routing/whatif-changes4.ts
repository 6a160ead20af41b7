import { writeIpv4 } from '../model/address.ts';
import type { Decision } from './decision.ts';
import { compileKernel } from './kernel.ts';
import { type Change4, compare4, decisionAt, isLike } from './whatif-compare4.ts';
import { edges4 } from './whatif-edges4.ts';
import type { BothStates, ChangedRange, QuestionTemplate, Stretch } from './whatif-question.ts';
import { reach4, statesWithin } from './whatif-reach4.ts';
import { type Side4, sideOf } from './whatif-side4.ts';

const LAST = 2 ** 32 - 1;

/** The changed ranges of IPv4. */
export function changes4(both: BothStates, template: QuestionTemplate): readonly ChangedRange[] {
  const reach = reach4(both, template);
  if (reach.length === 0) return [];
  const near = statesWithin(both, reach);
  const sides = [
    sideOf(compileKernel(near.before), template),
    sideOf(compileKernel(near.after), template),
  ] as const;
  const changeAt = compare4(near, sides);
  const ranges: Range4[] = [];
  for (const [first, last] of stretches(edges4(near, sides), reach)) {
    const change = changeAt(first);
    if (!change) continue;
    const previous = ranges.at(-1);
    if (previous?.isFollowedBy(first, change)) previous.lastNumber = last;
    else ranges.push(new Range4(sides, change, [first, last]));
  }
  return ranges;
}

/** The stretches between edges that lie within the reach. */
function* stretches(edges: Uint32Array, reach: readonly Stretch[]): Generator<Stretch> {
  let within = 0;
  for (let at = 0; at < edges.length; at++) {
    const first = edges[at] as number;
    const last = at + 1 < edges.length ? (edges[at + 1] as number) - 1 : LAST;
    while (within < reach.length && (reach[within] as Stretch)[1] < first) within += 1;
    if (within === reach.length) return;
    if ((reach[within] as Stretch)[0] <= last) yield [first, last];
  }
}

/** Put into words when somebody asks: a full table has a million of these. */
class Range4 implements ChangedRange {
  readonly #sides: readonly [Side4, Side4];
  readonly #change: Change4;
  readonly #first: number;
  lastNumber: number;

  constructor(sides: readonly [Side4, Side4], change: Change4, [first, last]: Stretch) {
    this.#sides = sides;
    this.#change = change;
    this.#first = first;
    this.lastNumber = last;
  }

  isFollowedBy(first: number, change: Change4): boolean {
    return this.lastNumber + 1 === first && isLike(this.#change, change);
  }

  get first(): string {
    return writeIpv4(this.#first);
  }

  get last(): string {
    return writeIpv4(this.lastNumber);
  }

  get before(): Decision {
    return decisionAt(this.#sides[0], this.first);
  }

  get after(): Decision {
    return decisionAt(this.#sides[1], this.first);
  }

  toJSON(): ChangedRange {
    const { first, last, before, after } = this;
    return { first, last, before, after };
  }
}
