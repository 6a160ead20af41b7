import type { KubeObject } from '../object.ts';

/** One condition on labels; an object is selected when every one holds. */
export interface LabelRequirement {
  readonly key: string;
  readonly is: 'in' | 'not-in' | 'exists' | 'absent';
  readonly values: readonly string[];
}

/** `spec.selector` as workloads write it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

const TERM = {
  set: /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/,
  equal: /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/,
  absent: /^!\s*(\S+)$/,
  exists: /^[\w./-]+$/,
} as const;

/**
 * Reads `app=x,tier in (a,b),!old`.
 *
 * @throws {SyntaxError} If a term is none of the forms of the Kubernetes label selector syntax.
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '')
    .map(parseTerm);
}

function parseTerm(term: string): LabelRequirement {
  const set = TERM.set.exec(term);
  if (set) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', is: set[2] === 'in' ? 'in' : 'not-in', values };
  }
  const equal = TERM.equal.exec(term);
  if (equal) {
    return {
      key: equal[1] ?? '',
      is: equal[2] === '!=' ? 'not-in' : 'in',
      values: [equal[3] ?? ''],
    };
  }
  const absent = TERM.absent.exec(term);
  if (absent) return { key: absent[1] ?? '', is: 'absent', values: [] };
  if (TERM.exists.test(term)) return { key: term, is: 'exists', values: [] };
  throw new SyntaxError(
    `unable to parse requirement: found '${term}', expected: in, notin, =, ==, !=, or a key`,
  );
}

const OPERATORS: Readonly<Record<string, LabelRequirement['is']>> = {
  In: 'in',
  NotIn: 'not-in',
  Exists: 'exists',
  DoesNotExist: 'absent',
};

/** Requirements of a workload's selector. */
export function requirementsOf(selector: LabelSelector): readonly LabelRequirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): LabelRequirement => ({ key, is: 'in', values: [value] }),
  );
  const set = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }): LabelRequirement => ({
      key,
      is: OPERATORS[operator] ?? 'in',
      values,
    }),
  );
  return [...equal, ...set];
}

/** Whether every requirement holds. `notin` holds for objects without the label, as in Kubernetes. */
export function matchesLabels(
  { metadata }: KubeObject,
  requirements: readonly LabelRequirement[],
): boolean {
  return requirements.every(({ key, is, values }) => {
    const label = metadata.labels?.[key];
    if (is === 'exists') return label !== undefined;
    if (is === 'absent') return label === undefined;
    const listed = label !== undefined && values.includes(label);
    return is === 'in' ? listed : !listed;
  });
}
