import { decideOutput } from './decide-output.ts';
import type { Decision } from './decision.ts';
import { compileKernel, type Kernel } from './kernel.ts';
import { addressText, edges6, LAST6 } from './whatif-edges6.ts';
import { rangeDecision, sameDecision } from './whatif-identity.ts';
import type { BothStates, ChangedRange, QuestionTemplate } from './whatif-question.ts';

/**
 * The changed ranges of IPv6. Hosts hold few IPv6 routes compared with what a decision costs, so
 * each stretch is asked in full.
 */
export function changes6(both: BothStates, template: QuestionTemplate): readonly ChangedRange[] {
  const before = compileKernel(both.before);
  const after = compileKernel(both.after);
  const edges = edges6(both);
  const ranges: Range6[] = [];
  for (const [at, first] of edges.entries()) {
    const last = at + 1 < edges.length ? (edges[at + 1] as bigint) - 1n : LAST6;
    const destination = addressText(first);
    const change = {
      before: decisionAt(before, template, destination),
      after: decisionAt(after, template, destination),
    };
    if (sameDecision(change.before, change.after)) continue;
    const previous = ranges.at(-1);
    if (previous && previous.lastNumber + 1n === first && isLike(previous, change)) {
      previous.lastNumber = last;
      previous.last = addressText(last);
    } else {
      ranges.push({ first: destination, last: addressText(last), lastNumber: last, ...change });
    }
  }
  return ranges.map(({ lastNumber: _, ...range }) => range);
}

interface Range6 extends ChangedRange {
  last: string;
  lastNumber: bigint;
}

interface Change {
  readonly before: Decision;
  readonly after: Decision;
}

function decisionAt(kernel: Kernel, template: QuestionTemplate, destination: string): Decision {
  return rangeDecision(decideOutput(kernel, { ...template, destination }));
}

function isLike(a: Change, b: Change): boolean {
  return sameDecision(a.before, b.before) && sameDecision(a.after, b.after);
}
