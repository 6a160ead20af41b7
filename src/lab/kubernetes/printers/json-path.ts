import { isFields } from '../object.ts';

/**
 * Values at a JSON path as CustomResourceDefinitions use it for columns: `.spec.a`,
 * `.a[0]`, `.a[*].b`, `.conditions[?(@.type=="Ready")].status`.
 *
 * @throws {SyntaxError} If a step is none of these.
 */
export function valuesAt(object: unknown, path: string): readonly unknown[] {
  const steps = path.match(/\.[\w-]+|\[[^\]]*\]/g) ?? [];
  if (steps.join('') !== path) throw new SyntaxError(`Cannot read JSON path "${path}"`);
  return steps.reduce<readonly unknown[]>(
    (values, step) => values.flatMap((value) => stepInto(value, step)),
    [object],
  );
}

function stepInto(value: unknown, step: string): readonly unknown[] {
  if (step.startsWith('.')) {
    const found = isFields(value) ? value[step.slice(1)] : undefined;
    return found === undefined || found === null ? [] : [found];
  }
  if (!Array.isArray(value)) return [];
  const inside = step.slice(1, -1);
  if (inside === '*') return value;
  const filter = /^\?\(@\.([\w-]+)\s*==\s*["'](.*)["']\)$/.exec(inside);
  if (filter) {
    const [, field = '', wanted] = filter;
    return value.filter((item) => isFields(item) && String(item[field]) === wanted);
  }
  const item = value[Number(inside)];
  return item === undefined ? [] : [item];
}
