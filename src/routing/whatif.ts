import type { NetworkState } from '../model/network.ts';
import { changes4 } from './whatif-changes4.ts';
import { changes6 } from './whatif-changes6.ts';
import { sharing } from './whatif-identity.ts';
import type { ChangedRange, QuestionTemplate } from './whatif-question.ts';

export type { ChangedRange, QuestionTemplate };

/**
 * The destinations whose routing decision differs between two states of one host: exactly these and
 * all of these, ascending, with the rule and route that decide before and after.
 *
 * A decision can change only at the edge of a prefix of a table or rule or at an address that the
 * kernel treats in its own way, so asking once between any two such edges covers every address.
 * For destinations that are the host's own, the source address, which is the destination, is left
 * out of the decision.
 */
export function whatIf(
  before: NetworkState,
  after: NetworkState,
  template: QuestionTemplate,
): readonly ChangedRange[] {
  const both = { before, after: sharing(before, after, template.family) };
  return template.family === 'ipv4' ? changes4(both, template) : changes6(both, template);
}
