import { isFields } from '../object.ts';
import type { FieldType, Scalar } from './schema.ts';

/** What does not fit a type, each with its path (`spec.containers[0].image`). */
export interface Misfit {
  readonly is: 'unknown-field' | 'missing' | 'wrong-type';
  readonly path: string;
  /** What was found and what belongs there; empty unless `wrong-type`. */
  readonly found: string;
  readonly wanted: string;
}

/** Holds a value against its type. Status is not looked at: the lab writes it itself. */
export function misfits(value: unknown, type: FieldType, path = ''): readonly Misfit[] {
  if (value === null || value === undefined) return [];
  switch (type.is) {
    case 'any':
      return [];
    case 'scalar':
      return fits(value, type.scalar) ? [] : [wrong(path, value, WANTED[type.scalar])];
    case 'list':
      if (!Array.isArray(value)) return [wrong(path, value, 'array')];
      return value.flatMap((item, at) => misfits(item, type.of, `${path}[${at}]`));
    case 'map':
      if (!isFields(value)) return [wrong(path, value, 'map')];
      return Object.entries(value).flatMap(([key, item]) =>
        misfits(item, type.of, `${path}.${key}`),
      );
    case 'object':
      return objectMisfits(value, type, path);
  }
}

function objectMisfits(
  value: unknown,
  { type }: Extract<FieldType, { is: 'object' }>,
  path: string,
): readonly Misfit[] {
  if (!isFields(value)) return [wrong(path, value, 'object')];
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const present = Object.entries(value)
    .filter(([name]) => path !== '' || name !== 'status')
    .flatMap(([name, item]): readonly Misfit[] => {
      const field = type.fields.get(name);
      if (field) return misfits(item, field.type, at(name));
      return [{ is: 'unknown-field', path: at(name), found: '', wanted: '' }];
    });
  const missing = [...type.fields.values()]
    .filter((field) => field.required && (value[field.name] ?? undefined) === undefined)
    .map((field): Misfit => ({ is: 'missing', path: at(field.name), found: '', wanted: '' }));
  return [...present, ...missing];
}

const WANTED: Readonly<Record<Scalar, string>> = {
  string: 'string',
  int: 'int32',
  long: 'int64',
  number: 'float64',
  bool: 'bool',
  bytes: 'string',
  time: 'string',
  microtime: 'string',
  quantity: 'string',
  intorstring: 'string',
};

function fits(value: unknown, scalar: Scalar): boolean {
  switch (scalar) {
    case 'int':
    case 'long':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'quantity':
    case 'intorstring':
      return typeof value === 'string' || typeof value === 'number';
    default:
      return typeof value === 'string';
  }
}

function wrong(path: string, value: unknown, wanted: string): Misfit {
  return { is: 'wrong-type', path, found: nameOf(value), wanted };
}

/** As Go's JSON decoder names what it found. */
function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
