import { type Fields, isFields } from '../object.ts';
import type { Field, FieldType } from '../schema/schema.ts';

/**
 * One step into an object, as `managedFields` writes it: `f:name` a field, `k:{"name":"x"}` a list
 * member by its keys, `v:"x"` a member of a set. A path is its steps, joined.
 */
export type Path = string;

const SEPARATOR = '\u0000';

export function stepsOf(path: Path): readonly string[] {
  return path.split(SEPARATOR);
}

/** Paths whose value is owned as a whole, with that value. */
export type FieldSet = ReadonlyMap<Path, unknown>;

/** Written by the server on every object, so owned by nobody. */
const UNOWNED = [
  ['f:apiVersion'],
  ['f:kind'],
  ...[
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
    'selfLink',
  ].map((field) => ['f:metadata', `f:${field}`]),
].map((steps) => steps.join(SEPARATOR));

/** Every field of an object that a manager can own. */
export function fieldsOf(object: unknown, type: FieldType): FieldSet {
  const set = new Map<Path, unknown>();
  if (isFields(object)) collect(object, { type, at: [], set });
  for (const path of UNOWNED) {
    for (const known of set.keys()) {
      if (known === path || known.startsWith(path + SEPARATOR)) set.delete(known);
    }
  }
  return set;
}

interface Walk {
  readonly type: FieldType;
  readonly field?: Field | undefined;
  readonly at: readonly string[];
  readonly set: Map<Path, unknown>;
}

function collect(value: unknown, walk: Walk): void {
  const { type, field, at, set } = walk;
  if (isFields(value) && isGranular(type, field)) collectFields(value, walk);
  else if (Array.isArray(value) && field?.listKeys) collectMembers(value, walk);
  else if (Array.isArray(value) && field?.isSet) {
    for (const item of value) set.set([...at, `v:${JSON.stringify(item)}`].join(SEPARATOR), item);
  } else set.set(at.join(SEPARATOR), value);
}

function collectFields(value: Fields, { type, at, set }: Walk): void {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0 && at.length > 0) set.set(at.join(SEPARATOR), value);
  for (const [name, item] of entries) {
    const field = fieldOf(type, name);
    collect(item, { type: field?.type ?? ANY, field, at: [...at, `f:${name}`], set });
  }
}

function collectMembers(value: readonly unknown[], { type, field, at, set }: Walk): void {
  const of = type.is === 'list' ? type.of : ANY;
  for (const item of value.filter(isFields)) {
    const inside = [...at, memberStep(item, field?.listKeys ?? [])];
    set.set(inside.join(SEPARATOR), MEMBER);
    collect(item, { type: of, at: inside, set });
  }
}

/** Stands for "is a member of the list", as opposed to any of its fields. */
const MEMBER = Symbol('member');
const ANY: FieldType = { is: 'any' };

/** Whether parts of a value can have different owners. */
export function isGranular(type: FieldType, field: Field | undefined): boolean {
  if (field?.isAtomic) return false;
  if (type.is === 'object') return !type.type.isAtomic;
  return type.is === 'map' || type.is === 'any';
}

/** What is known of a field of an object or an entry of a map. */
export function fieldOf(type: FieldType, name: string): Field | undefined {
  if (type.is === 'object') return type.type.fields.get(name);
  if (type.is === 'map') return { name, type: type.of, required: false, strategies: [] };
  return undefined;
}

/** Key fields that may be left out, with what they then are. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** `k:{"containerPort":80,"protocol":"TCP"}` */
export function memberStep(item: Fields, keys: readonly string[]): string {
  const named = [...keys].sort().map((key) => [key, item[key] ?? KEY_DEFAULTS[key]]);
  return `k:${JSON.stringify(Object.fromEntries(named))}`;
}

interface Tree {
  [step: string]: Tree;
}

/** As `fieldsV1` has it: steps inside steps, `.` for the thing itself. */
export function toFieldsV1(paths: Iterable<Path>): unknown {
  const root: Tree = {};
  const nodes = [...paths].map((path) => {
    let node = root;
    for (const step of stepsOf(path)) {
      node[step] ??= {};
      node = node[step];
    }
    return node;
  });
  for (const node of nodes) if (Object.keys(node).length > 0) node['.'] = {};
  return root;
}

export function fromFieldsV1(tree: unknown): ReadonlySet<Path> {
  const paths = new Set<Path>();
  const walk = (node: Fields, at: readonly string[]): void => {
    const steps = Object.entries(node).filter(([step]) => step !== '.');
    if ((steps.length === 0 || '.' in node) && at.length > 0) paths.add(at.join(SEPARATOR));
    for (const [step, inner] of steps) if (isFields(inner)) walk(inner, [...at, step]);
  };
  if (isFields(tree)) walk(tree, []);
  return paths;
}

/** As a person reads it: `.spec.containers[name="app"].image`. */
export function pathText(path: Path): string {
  return stepsOf(path)
    .map((step) => {
      const rest = step.slice(2);
      if (step.startsWith('f:')) return `.${rest}`;
      if (step.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as Fields);
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
