import { CallError, invalid } from './call-error.ts';

export type Row = Readonly<Record<string, unknown>>;

/** `query-options` as far as clients of the lab use them. */
interface QueryOptions {
  readonly get?: boolean;
  readonly count?: boolean;
  readonly limit?: number;
  readonly offset?: number;
  readonly order_by?: readonly string[];
  readonly select?: readonly string[];
}

type Compare = (value: unknown, asked: unknown) => boolean;

const OPERATORS: Readonly<Record<string, Compare>> = {
  '=': isSame,
  '!=': (value, asked) => !isSame(value, asked),
  '>': (value, asked) => orderOf(value, asked) > 0,
  '>=': (value, asked) => orderOf(value, asked) >= 0,
  '<': (value, asked) => orderOf(value, asked) < 0,
  '<=': (value, asked) => orderOf(value, asked) <= 0,
  '~': (value, asked) => new RegExp(String(asked)).test(String(value)),
  '^': (value, asked) => String(value).startsWith(String(asked)),
  $: (value, asked) => String(value).endsWith(String(asked)),
  in: (value, asked) => listOf(asked).some((item) => isSame(value, item)),
  nin: (value, asked) => !listOf(asked).some((item) => isSame(value, item)),
  rin: (value, asked) => listOf(value).some((item) => isSame(item, asked)),
};

/**
 * Filters rows as every query method does: `[[field, operator, value], …]` all of which must hold,
 * `["OR", [filter, …]]` one of which must; then order, offset, limit, selected fields.
 *
 * @returns A list; with `get` one row, with `count` a number.
 * @throws {CallError} If `get` finds none.
 */
export function filterList(rows: readonly Row[], filters: unknown, options: unknown): unknown {
  const wanted = listOf(filters);
  const { get, count, limit = 0, offset = 0, order_by: order = [], select } = optionsOf(options);
  const found = order.toReversed().reduce(
    sorted,
    rows.filter((row) => wanted.every((filter) => holds(row, filter))),
  );
  if (count) return found.length;
  const page = found.slice(offset, limit > 0 ? offset + limit : undefined);
  const shown = select ? page.map((row) => picked(row, select)) : page;
  if (!get) return shown;
  if (shown[0] === undefined) throw new CallError('MatchNotFound()', 'EINVAL');
  return shown[0];
}

function holds(row: Row, filter: unknown): boolean {
  const [field, operator, asked] = listOf(filter);
  if (field === 'OR') return listOf(operator).some((one) => holds(row, one));
  const compare = OPERATORS[String(operator)];
  if (typeof field !== 'string' || !compare) {
    throw invalid('filters', `Invalid filter ${JSON.stringify(filter)}`);
  }
  return compare(valueAt(row, field), asked);
}

function optionsOf(options: unknown): QueryOptions {
  return typeof options === 'object' && options !== null ? options : {};
}

/** `a.b` is a field of a field. */
function valueAt(row: Row, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value ? (value as Row)[name] : undefined),
      row,
    );
}

function sorted(rows: readonly Row[], by: string): readonly Row[] {
  const descending = by.startsWith('-');
  const field = descending ? by.slice(1) : by;
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * orderOf(valueAt(a, field), valueAt(b, field)));
}

function picked(row: Row, fields: readonly string[]): Row {
  return Object.fromEntries(fields.filter((name) => name in row).map((name) => [name, row[name]]));
}

function isSame(value: unknown, asked: unknown): boolean {
  return value === asked || JSON.stringify(value) === JSON.stringify(asked);
}

function orderOf(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
