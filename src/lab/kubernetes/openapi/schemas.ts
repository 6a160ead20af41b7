import type { Resource } from '../resources/resource.ts';
import {
  type Field,
  type FieldType,
  type ObjectType,
  objectType,
  type Scalar,
  typeNames,
} from '../schema/schema.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const API_MACHINERY = 'io.k8s.apimachinery.pkg';
const PREFIXES: readonly (readonly [short: string, long: string])[] = [
  ['meta.', `${API_MACHINERY}.apis.meta.`],
  ['apiextensions.', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.'],
];

/** The name of a type in OpenAPI documents: `io.k8s.api.core.v1.Pod`. */
function longName(name: string, resource?: Resource): string {
  if (resource?.customColumns) {
    const { group, version, kind } = resource;
    return [...group.split('.').reverse(), version, kind].join('.');
  }
  const found = PREFIXES.find(([short]) => name.startsWith(short));
  return found ? found[1] + name.slice(found[0].length) : `io.k8s.api.${name}`;
}

const QUANTITY = `${API_MACHINERY}.api.resource.Quantity`;
const INT_OR_STRING = `${API_MACHINERY}.util.intstr.IntOrString`;

/**
 * Every type and kind as JSON schemas by their long names.
 *
 * @param refs Where references point: `#/definitions/` in version 2.
 */
export function schemasOf(
  resources: readonly Resource[],
  refs: string,
): Readonly<Record<string, JsonSchema>> {
  const kinds = new Map(resources.map((resource) => [resource.typeName, resource]));
  const builtin = typeNames().map((name) => [
    longName(name),
    { ...objectSchema(objectType(name), refs), ...kindMark(kinds.get(name)) },
  ]);
  const custom = resources
    .filter(({ customColumns }) => customColumns !== undefined)
    .map((resource) => [
      longName(resource.typeName, resource),
      { ...schemaOf(resource.type, refs), ...kindMark(resource) },
    ]);
  return Object.fromEntries([
    ...builtin,
    ...custom,
    [QUANTITY, { type: 'string', description: 'A number with a unit: 100m, 1Gi.' }],
    [INT_OR_STRING, { type: 'string', format: 'int-or-string' }],
  ]);
}

function kindMark(resource: Resource | undefined): JsonSchema {
  if (!resource) return {};
  const { group, version, kind } = resource;
  return { 'x-kubernetes-group-version-kind': [{ group, version, kind }] };
}

function objectSchema(type: ObjectType, refs: string): JsonSchema {
  const fields = [...type.fields.values()];
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const properties = fields.map((field) => [field.name, fieldSchema(field, refs)]);
  return {
    type: 'object',
    ...(fields.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(type.isAtomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

function fieldSchema(field: Field, refs: string): JsonSchema {
  return {
    ...schemaOf(field.type, refs),
    ...(field.strategies.length > 0
      ? { 'x-kubernetes-patch-strategy': field.strategies.join(',') }
      : {}),
    ...(field.mergeKey ? { 'x-kubernetes-patch-merge-key': field.mergeKey } : {}),
    ...listMark(field),
  };
}

function listMark({ listKeys, isSet, isAtomic }: Field): JsonSchema {
  if (isSet) return { 'x-kubernetes-list-type': 'set' };
  if (isAtomic) return { 'x-kubernetes-map-type': 'atomic' };
  if (!listKeys) return {};
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': listKeys };
}

function schemaOf(type: FieldType, refs: string): JsonSchema {
  switch (type.is) {
    case 'any':
      return { type: 'object' };
    case 'list':
      return { type: 'array', items: schemaOf(type.of, refs) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(type.of, refs) };
    case 'scalar':
      return scalarSchema(type.scalar, refs);
    case 'object':
      return isNamed(type.type)
        ? { $ref: refs + longName(type.type.name) }
        : objectSchema(type.type, refs);
  }
}

/** Parts of custom resources have no name of their own and stand where they are used. */
function isNamed({ name }: ObjectType): boolean {
  return typeNames().includes(name);
}

const SCALARS: Readonly<Record<Scalar, JsonSchema>> = {
  string: { type: 'string' },
  int: { type: 'integer', format: 'int32' },
  long: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  bool: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microtime: { type: 'string', format: 'date-time' },
  quantity: {},
  intorstring: {},
};

function scalarSchema(scalar: Scalar, refs: string): JsonSchema {
  if (scalar === 'quantity') return { $ref: refs + QUANTITY };
  if (scalar === 'intorstring') return { $ref: refs + INT_OR_STRING };
  return SCALARS[scalar];
}
