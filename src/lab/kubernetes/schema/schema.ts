import { FIELDS } from './fields.ts';

export type Scalar =
  | 'string'
  | 'int'
  | 'long'
  | 'number'
  | 'bool'
  | 'bytes'
  | 'time'
  | 'microtime'
  | 'quantity'
  | 'intorstring';

export type FieldType =
  | { readonly is: 'scalar'; readonly scalar: Scalar }
  | { readonly is: 'any' }
  | { readonly is: 'list'; readonly of: FieldType }
  | { readonly is: 'map'; readonly of: FieldType }
  | { readonly is: 'object'; readonly type: ObjectType };

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  /** Fields that tell members of a list apart for server-side apply. */
  readonly listKeys?: readonly string[];
  /** A list of scalars in which each may stand once. */
  readonly isSet?: boolean;
  /** Replaced as a whole by server-side apply. */
  readonly isAtomic?: boolean;
  /** How a strategic merge patch treats it. */
  readonly strategies: readonly string[];
  readonly mergeKey?: string;
  /** Protobuf field numbers down to it; more than one where JSON leaves a message out. */
  readonly wire?: readonly number[];
  /** Zero, false and empty are values of their own, not the same as absent. */
  readonly isPointer?: boolean;
}

/** One type of the API: a kind, or a part of one. */
export interface ObjectType {
  /** Short name, as in fields.ts: `core.v1.Pod`. */
  readonly name: string;
  readonly isAtomic: boolean;
  readonly fields: ReadonlyMap<string, Field>;
}

const SCALARS: readonly string[] = [
  'string',
  'int',
  'long',
  'number',
  'bool',
  'bytes',
  'time',
  'microtime',
  'quantity',
  'intorstring',
];

const lines = new Map<string, string>();
for (const line of FIELDS.split('\n')) {
  const name = /^\S+/.exec(line)?.[0];
  if (name) lines.set(name, line);
}
const parsed = new Map<string, ObjectType>();

/** Names of all types, in order. */
export function typeNames(): readonly string[] {
  return [...lines.keys()];
}

/**
 * A type by its short name.
 *
 * @throws {RangeError} If there is none of that name.
 */
export function objectType(name: string): ObjectType {
  const known = parsed.get(name);
  if (known) return known;
  const line = lines.get(name);
  if (!line) throw new RangeError(`Cannot find API type "${name}"`);
  const [, ...words] = line.split(' ');
  const fields = new Map<string, Field>();
  const type = { name, isAtomic: words[0] === '~atomic', fields };
  // before its fields are read: JSONSchemaProps contains itself
  parsed.set(name, type);
  for (const word of words.filter((text) => text.includes('='))) {
    const field = parseField(word);
    fields.set(field.name, field);
  }
  return type;
}

/**
 * The type of a kind as objects name it.
 *
 * @param apiVersion `v1`, `rbac.authorization.k8s.io/v1`
 * @throws {RangeError} If the lab has no such type.
 */
export function typeOfKind(apiVersion: string, kind: string): ObjectType {
  if (kind === 'DeleteOptions') return objectType('meta.v1.DeleteOptions');
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return objectType(`${group.split('.')[0] || 'core'}.${version}.${kind}`);
}

const FIELD =
  /^(?<name>[^=!]+)(?<required>!?)=(?<type>[^#~^]+)(?:#(?<wire>[\d.]+)(?<pointer>\*?))?(?:~(?<list>[^^]+))?(?:\^(?<merge>[^:]+)(?::(?<key>.+))?)?$/;

function parseField(word: string): Field {
  const parts = FIELD.exec(word)?.groups;
  if (!parts) throw new SyntaxError(`Cannot read API field "${word}"`);
  return {
    name: parts['name'] ?? '',
    type: parseType(parts['type'] ?? ''),
    required: parts['required'] === '!',
    strategies: parts['merge']?.split(',') ?? [],
    ...(parts['key'] ? { mergeKey: parts['key'] } : {}),
    ...(parts['wire'] ? { wire: parts['wire'].split('.').map(Number) } : {}),
    ...(parts['pointer'] ? { isPointer: true } : {}),
    ...listRules(parts['list']),
  };
}

function listRules(text: string | undefined): Pick<Field, 'listKeys' | 'isSet' | 'isAtomic'> {
  if (text === undefined) return {};
  if (text === 'set') return { isSet: true };
  if (text === 'atomic') return { isAtomic: true };
  return { listKeys: text.split('+') };
}

function parseType(text: string): FieldType {
  if (text === 'any') return { is: 'any' };
  if (text.startsWith('[')) return { is: 'list', of: parseType(text.slice(1, -1)) };
  if (text.startsWith('{')) return { is: 'map', of: parseType(text.slice(1, -1)) };
  if (SCALARS.includes(text)) return { is: 'scalar', scalar: text as Scalar };
  return { is: 'object', type: objectType(text) };
}
