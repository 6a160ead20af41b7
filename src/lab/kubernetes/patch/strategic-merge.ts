import { type Fields, isFields } from '../object.ts';
import type { Field, FieldType, ObjectType } from '../schema/schema.ts';

/**
 * Applies a strategic merge patch: like a merge patch, but lists that have a merge key are merged
 * member by member, with directives for the rest (`$patch`, `$retainKeys`,
 * `$setElementOrder/…`, `$deleteFromPrimitiveList/…`).
 *
 * Source: apimachinery pkg/util/strategicpatch; sig-api-machinery/strategic-merge-patch.md.
 */
export function strategicMerge(target: unknown, patch: unknown, type: FieldType): unknown {
  if (!isFields(patch)) return patch;
  return mergeObject(isFields(target) ? target : {}, patch, type);
}

const DIRECTIVE = /^\$(setElementOrder|deleteFromPrimitiveList)\/(.+)$/;

function mergeObject(target: Fields, patch: Fields, type: FieldType): Fields | undefined {
  if (patch['$patch'] === 'delete') return undefined;
  if (patch['$patch'] === 'replace') return without(patch, '$patch');
  const result: Record<string, unknown> = { ...retained(target, patch) };
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const merged = value === null ? undefined : mergeField(result[key], value, fieldOf(type, key));
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  for (const [key, value] of Object.entries(patch)) {
    if (Array.isArray(value)) direct(result, { key, value, type });
  }
  return result;
}

/** Follows a directive about the list `result[field]`. */
function direct(
  result: Record<string, unknown>,
  { key, value, type }: { key: string; value: readonly unknown[]; type: FieldType },
): void {
  const [, directive, field = ''] = DIRECTIVE.exec(key) ?? [];
  const list = result[field];
  if (!directive || !Array.isArray(list)) return;
  result[field] =
    directive === 'setElementOrder'
      ? ordered(list, value, fieldOf(type, field)?.mergeKey)
      : list.filter((item) => !value.includes(item));
}

/** With `$retainKeys`, fields that it does not list are dropped first. */
function retained(target: Fields, patch: Fields): Fields {
  const keys = patch['$retainKeys'];
  if (!Array.isArray(keys)) return target;
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function mergeField(target: unknown, value: unknown, field: Field | undefined): unknown {
  const type: FieldType = field?.type ?? { is: 'any' };
  if (Array.isArray(value) && type.is === 'list' && field?.strategies.includes('merge')) {
    const list: readonly unknown[] = Array.isArray(target) ? target : [];
    if (field.mergeKey === undefined) return [...new Set([...list, ...value])];
    return mergeList(list, value, { key: field.mergeKey, of: type.of });
  }
  if (isFields(value)) return mergeObject(isFields(target) ? target : {}, value, type);
  return value;
}

function mergeList(
  list: readonly unknown[],
  patch: readonly unknown[],
  { key, of }: { readonly key: string; readonly of: FieldType },
): readonly unknown[] {
  if (patch.some((item) => isFields(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isFields(item) && item['$patch'] === 'replace'));
  }
  let result = [...list];
  for (const item of patch.filter(isFields)) {
    const at = result.findIndex((other) => isFields(other) && other[key] === item[key]);
    if (item['$patch'] === 'delete') result = result.filter((_, index) => index !== at);
    else if (at < 0) result.push(mergeObject({}, item, of));
    else result[at] = mergeObject(result[at] as Fields, item, of);
  }
  return result;
}

/** Members the patch names come in its order, the others keep their place before or behind. */
function ordered(
  list: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  const idOf = (item: unknown) => (key !== undefined && isFields(item) ? item[key] : item);
  const wanted = order.map(idOf);
  const named = list.filter((item) => wanted.includes(idOf(item)));
  named.sort((a, b) => wanted.indexOf(idOf(a)) - wanted.indexOf(idOf(b)));
  let next = 0;
  return list.map((item) => (wanted.includes(idOf(item)) ? named[next++] : item));
}

function fieldOf(type: FieldType, name: string): Field | undefined {
  if (type.is === 'object') return (type.type satisfies ObjectType).fields.get(name);
  if (type.is === 'map') return { name, type: type.of, required: false, strategies: [] };
  return undefined;
}

function without(fields: Fields, key: string): Fields {
  const copy: Record<string, unknown> = { ...fields };
  delete copy[key];
  return copy;
}
