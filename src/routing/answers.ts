import type { Outcomes } from './choices.ts';
import type { Answer, Decision } from './decision.ts';

/** The set of distinct answers, and what would decide among them. */
export function decisionOf({ outcomes, doubts }: Outcomes<Answer>): Decision {
  const distinct = new Map<string, Answer>();
  for (const answer of outcomes) {
    const key = keyOf(answer);
    if (!distinct.has(key)) distinct.set(key, answer);
  }
  const [first, ...others] = distinct.values();
  if (!first) throw new RangeError('Cannot decide: there are no outcomes');
  return { answers: [first, ...others], dependsOn: others.length > 0 ? doubts : [] };
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

/** Rules and routes are compared as the objects they are: two equal lines are two routes. */
function identity(value: object | undefined): number {
  if (!value) return 0;
  const known = identities.get(value);
  if (known !== undefined) return known;
  identities.set(value, nextIdentity);
  return nextIdentity++;
}

function keyOf(answer: Answer): string {
  const where = `${identity(answer.rule)} ${answer.table} ${identity(answer.route)}`;
  if (answer.is === 'error') return `${answer.errno} ${answer.refusal} ${where}`;
  const { device, gateway, source, type } = answer;
  return `${type} ${device} ${gateway} ${source} ${where}`;
}
