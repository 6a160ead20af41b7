import { OutsideError } from '../model/outside-error.ts';
import { PLAN_VERSION, Plan } from '../model/plan.ts';
import { planProblem } from '../planning/plan-problem.ts';
import { load } from './render.ts';

/**
 * Reads a saved plan.
 *
 * @param path A file, or `-` for standard input.
 * @throws {OutsideError} If it cannot be read, is no plan, or is of a version not known here.
 */
export async function readPlan(path: string): Promise<Plan> {
  const doing = `read the plan "${path}"`;
  let value: unknown;
  try {
    value = JSON.parse(await load(path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const next = 'save it again: returnpath fix --plan -o FILE';
    throw new OutsideError({ doing, found: 'it is no JSON, or is cut off', next, cause: error });
  }
  const { schema, version } = Object(value) as { schema?: unknown; version?: unknown };
  if (schema !== 'returnpath/plan') {
    throw new OutsideError({ doing, found: 'it is JSON, but no plan of returnpath' });
  }
  if (version !== PLAN_VERSION) {
    const found = `it has version ${JSON.stringify(version)}, this program knows version ${PLAN_VERSION}`;
    throw new OutsideError({ doing, found, next: 'use the release that wrote it, or plan again' });
  }
  const parsed = Plan.safeParse(value);
  if (parsed.success) {
    const problem = planProblem(parsed.data);
    if (problem === undefined) return parsed.data;
    throw new OutsideError({
      doing,
      found: problem,
      next: 'plan again: returnpath fix --plan -o FILE',
    });
  }
  const [issue] = parsed.error.issues;
  const found = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`;
  throw new OutsideError({ doing, found });
}
