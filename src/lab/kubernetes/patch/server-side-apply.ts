import { isDeepStrictEqual } from 'node:util';
import { type Fields, isFields, type KubeObject, type ManagedFields, withMeta } from '../object.ts';
import type { Field, FieldType } from '../schema/schema.ts';
import {
  fieldOf,
  fieldsOf,
  fromFieldsV1,
  isGranular,
  memberStep,
  type Path,
  stepsOf,
} from './field-set.ts';
import { entryOf, isOf, type Writer, without } from './managed-fields.ts';

export interface Applied {
  readonly object: KubeObject;
  /** Fields of others that have another value; empty when the apply may go on. */
  readonly conflicts: readonly { readonly manager: ManagedFields; readonly path: Path }[];
}

/**
 * Server-side apply: the writer states all fields it has an opinion on. They are merged into the
 * object; fields it stated before and states no longer are removed unless others own them too.
 *
 * Source: structured-merge-diff, merge/update.go; kubernetes.io, "Server-Side Apply".
 */
export function serverSideApply(
  live: KubeObject | undefined,
  config: KubeObject,
  {
    writer,
    type,
    force,
  }: { readonly writer: Writer; readonly type: FieldType; readonly force: boolean },
): Applied {
  const stated = fieldsOf(config, type);
  const current = fieldsOf(live, type);
  const known = live?.metadata.managedFields ?? [];
  const mine = known.find((entry) => entry.operation === 'Apply' && isOf(entry, writer));
  const others = known.filter((entry) => entry !== mine);

  const differs = (path: Path): boolean =>
    stated.has(path) && !isDeepStrictEqual(stated.get(path), current.get(path));
  const contested = others.flatMap((manager) =>
    [...fromFieldsV1(manager.fieldsV1)].filter(differs).map((path) => ({ manager, path })),
  );
  if (contested.length > 0 && !force) return { object: live ?? config, conflicts: contested };

  const ownedByOthers = new Set(others.flatMap((entry) => [...fromFieldsV1(entry.fieldsV1)]));
  const dropped = [...(mine ? fromFieldsV1(mine.fieldsV1) : [])].filter(
    (path) => !stated.has(path) && !ownedByOthers.has(path),
  );
  const merged = merge(live, config, { type }) as KubeObject;
  // a member goes before its fields: without its keys it would not be found any more
  const pruned = dropped
    .toSorted((a, b) => stepsOf(a).length - stepsOf(b).length)
    .reduce<unknown>((object, path) => removeAt(object, stepsOf(path), { type }), merged);
  const contestedPaths = contested.map(({ path }) => path);
  const managedFields = [
    ...others.flatMap((entry) => without(entry, contestedPaths)),
    entryOf(writer, 'Apply', stated.keys()),
  ];
  return { object: withMeta(pruned as KubeObject, { managedFields }), conflicts: [] };
}

interface Rules {
  readonly type: FieldType;
  readonly field?: Field | undefined;
}

function merge(live: unknown, config: unknown, { type, field }: Rules): unknown {
  if (isFields(config) && isGranular(type, field)) {
    const result: Record<string, unknown> = isFields(live) ? { ...live } : {};
    for (const [name, value] of Object.entries(config)) {
      const inner = fieldOf(type, name);
      const rules = { type: inner?.type ?? ANY, field: inner };
      result[name] = merge(result[name], value, rules);
    }
    return result;
  }
  const list: readonly unknown[] = Array.isArray(live) ? live : [];
  if (Array.isArray(config) && field?.isSet) return [...new Set([...list, ...config])];
  if (Array.isArray(config) && field?.listKeys && type.is === 'list') {
    return mergeMembers(list, config, { keys: field.listKeys, of: type.of });
  }
  return config;
}

const ANY: FieldType = { is: 'any' };

function mergeMembers(
  live: readonly unknown[],
  config: readonly unknown[],
  { keys, of }: { readonly keys: readonly string[]; readonly of: FieldType },
): readonly unknown[] {
  const result = [...live];
  const idOf = (item: unknown) => (isFields(item) ? memberStep(item, keys) : '');
  for (const item of config) {
    const at = result.findIndex((other) => idOf(other) === idOf(item));
    if (at < 0) result.push(item);
    else result[at] = merge(result[at], item, { type: of });
  }
  return result;
}

function removeAt(value: unknown, steps: readonly string[], { type, field }: Rules): unknown {
  const [step = '', ...rest] = steps;
  if (step.startsWith('f:') && isFields(value)) {
    return removeField(value, { name: step.slice(2), rest, type });
  }
  if (!Array.isArray(value)) return value;
  if (step.startsWith('v:')) return value.filter((item) => JSON.stringify(item) !== step.slice(2));
  const keys = field?.listKeys ?? [];
  const of = type.is === 'list' ? type.of : ANY;
  const isIt = (item: unknown): boolean => isFields(item) && memberStep(item, keys) === step;
  if (rest.length === 0) return value.filter((item) => !isIt(item));
  return value.map((item) => (isIt(item) ? removeAt(item, rest, { type: of }) : item));
}

function removeField(
  value: Fields,
  { name, rest, type }: { name: string; rest: readonly string[]; type: FieldType },
): unknown {
  if (!(name in value)) return value;
  const copy: Record<string, unknown> = { ...value };
  if (rest.length === 0) {
    delete copy[name];
    return copy;
  }
  const inner = fieldOf(type, name);
  copy[name] = removeAt(copy[name], rest, { type: inner?.type ?? ANY, field: inner });
  // a map or list that this leaves empty was there only for what is gone
  if (isFields(copy[name]) && Object.keys(copy[name]).length === 0) delete copy[name];
  if (Array.isArray(copy[name]) && copy[name].length === 0) delete copy[name];
  return copy;
}
