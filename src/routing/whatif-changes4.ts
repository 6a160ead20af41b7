import { writeIpv4 } from '../model/address.ts';
import type { Decision } from './decision.ts';
import { compileKernel } from './kernel.ts';
import { type Change4, compare4, decisionAt, isLike } from './whatif-compare4.ts';
import { edges4 } from './whatif-edges4.ts';
import type { BothStates, ChangedRange, QuestionTemplate, Stretch } from './whatif-question.ts';
import { reach4, statesWithin } from './whatif-reach4.ts';
import { type Side4, sideOf } from './whatif-side4.ts';
import { sweep4 } from './whatif-sweep4.ts';

const LAST = 2 ** 32 - 1;

/** Destinations that the kernel treats in its own way: this host, groups and everybody. */
const ORDINARY: Stretch = [1, 0xe0000000 - 1];

/** The changed ranges of IPv4. */
export function changes4(both: BothStates, template: QuestionTemplate): readonly ChangedRange[] {
  const { stretches: reach, onlyRoutes, sameUse } = reach4(both, template);
  if (reach.length === 0) return [];
  const ranges = new Ranges(both, { template, reach });
  const ordinary = clipped(reach, ORDINARY);
  const isSwept =
    onlyRoutes &&
    sweep4(both, { template, reach: ordinary }, (change, first, last) =>
      ranges.add(change, first, last),
    );
  if (!isSwept) {
    askAll(both, { template, reach, ranges, sameUse });
    return ranges.list;
  }
  const below = clipped(reach, [0, ORDINARY[0] - 1]);
  const above = clipped(reach, [ORDINARY[1] + 1, LAST]);
  askAll(both, { template, reach: [...below, ...above], ranges, sameUse });
  return ranges.sorted();
}

/** Asks both states once between any two edges within the reach. */
function askAll(
  both: BothStates,
  {
    template,
    reach,
    ranges,
    sameUse,
  }: {
    template: QuestionTemplate;
    reach: readonly Stretch[];
    ranges: Ranges;
    sameUse: boolean;
  },
): void {
  if (reach.length === 0) return;
  const near = statesWithin(both, reach);
  const sides = sidesOf(near, template);
  const changeAt = compare4(sides, { sameUse });
  for (const [first, last] of between(edges4(near, sides), reach)) {
    const change = changeAt(first);
    if (change) ranges.add(change, first, last);
  }
}

function clipped(reach: readonly Stretch[], [from, to]: Stretch): readonly Stretch[] {
  const inside: Stretch[] = [];
  for (const [first, last] of reach) {
    if (first <= to && last >= from) inside.push([Math.max(first, from), Math.min(last, to)]);
  }
  return inside;
}

function sidesOf({ before, after }: BothStates, template: QuestionTemplate): Sides {
  return [sideOf(compileKernel(before), template), sideOf(compileKernel(after), template)];
}

type Sides = readonly [Side4, Side4];

/** The ranges found so far; neighbours that change alike are one. */
class Ranges {
  readonly list: Range4[] = [];
  readonly #sides: () => Sides;

  constructor(
    both: BothStates,
    { template, reach }: { template: QuestionTemplate; reach: readonly Stretch[] },
  ) {
    let sides: Sides | undefined;
    this.#sides = () => {
      sides ??= sidesOf(statesWithin(both, reach), template);
      return sides;
    };
  }

  add(change: Change4, first: number, last: number): void {
    const previous = this.list.at(-1);
    if (previous?.isFollowedBy(first, change)) previous.lastNumber = last;
    else this.list.push(new Range4(this.#sides, change, [first, last]));
  }

  sorted(): readonly Range4[] {
    return this.list.sort((a, b) => a.firstNumber - b.firstNumber);
  }
}

/** The stretches between edges that lie within the reach. */
function* between(edges: Uint32Array, reach: readonly Stretch[]): Generator<Stretch> {
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
  readonly #sides: () => Sides;
  readonly #change: Change4;
  readonly firstNumber: number;
  lastNumber: number;

  constructor(sides: () => Sides, change: Change4, [first, last]: Stretch) {
    this.#sides = sides;
    this.#change = change;
    this.firstNumber = first;
    this.lastNumber = last;
  }

  isFollowedBy(first: number, change: Change4): boolean {
    return this.lastNumber + 1 === first && isLike(this.#change, change);
  }

  get first(): string {
    return writeIpv4(this.firstNumber);
  }

  get last(): string {
    return writeIpv4(this.lastNumber);
  }

  get before(): Decision {
    return decisionAt(this.#sides()[0], this.first);
  }

  get after(): Decision {
    return decisionAt(this.#sides()[1], this.first);
  }

  toJSON(): ChangedRange {
    const { first, last, before, after } = this;
    return { first, last, before, after };
  }
}
