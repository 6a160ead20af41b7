import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ManagedFields } from '../object.ts';
import type { FieldType } from '../schema/schema.ts';
import { type FieldSet, fieldsOf, fromFieldsV1, type Path, toFieldsV1 } from './field-set.ts';

/** Who writes, for `managedFields`. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly time: string;
  readonly subresource?: string | undefined;
}

/** Fields whose value differs, with those that are new; and those that went. */
function difference(
  before: FieldSet,
  after: FieldSet,
): { readonly changed: ReadonlySet<Path>; readonly removed: ReadonlySet<Path> } {
  const changed = new Set<Path>();
  for (const [path, value] of after) {
    if (!before.has(path) || !isDeepStrictEqual(before.get(path), value)) changed.add(path);
  }
  const removed = new Set([...before.keys()].filter((path) => !after.has(path)));
  return { changed, removed };
}

/**
 * The managers after a plain write: the writer gets the fields it changed, everybody else loses
 * them.
 *
 * @param after Carries the managers as they were.
 */
export function afterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  { writer, type }: { readonly writer: Writer; readonly type: FieldType },
): readonly ManagedFields[] {
  const part = (object: KubeObject | undefined): FieldSet =>
    fieldsOf(writer.subresource ? object : withoutStatus(object), type);
  const { changed, removed } = difference(part(before), part(after));
  const known = after.metadata.managedFields ?? [];
  if (changed.size + removed.size === 0) return known;
  const isMine = (entry: ManagedFields): boolean =>
    entry.operation === 'Update' && isOf(entry, writer);
  const mine = known.find(isMine);
  const others = known
    .filter((entry) => entry !== mine)
    .flatMap((entry) => without(entry, [...changed, ...removed]));
  const owned = new Set([...(mine ? fromFieldsV1(mine.fieldsV1) : []), ...changed]);
  for (const path of removed) owned.delete(path);
  return owned.size === 0 ? others : [...others, entryOf(writer, 'Update', owned)];
}

/** The server's own doing, when it is not written as a subresource. */
function withoutStatus(object: KubeObject | undefined): unknown {
  if (!object) return object;
  const { status: _, ...rest } = object;
  return rest;
}

export function isOf(entry: ManagedFields, { manager, subresource }: Writer): boolean {
  return entry.manager === manager && (entry.subresource ?? '') === (subresource ?? '');
}

/** An entry less some paths; nothing when none is left. */
export function without(entry: ManagedFields, paths: Iterable<Path>): readonly ManagedFields[] {
  const left = new Set(fromFieldsV1(entry.fieldsV1));
  const before = left.size;
  for (const path of paths) left.delete(path);
  if (left.size === 0) return [];
  return left.size === before ? [entry] : [{ ...entry, fieldsV1: toFieldsV1(left) }];
}

export function entryOf(
  { manager, apiVersion, time, subresource }: Writer,
  operation: ManagedFields['operation'],
  paths: Iterable<Path>,
): ManagedFields {
  return {
    manager,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(paths),
    ...(subresource ? { subresource } : {}),
  };
}
