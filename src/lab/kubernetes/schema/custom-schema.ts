import { type Fields, isFields } from '../object.ts';
import { type Field, type FieldType, objectType, type Scalar } from './schema.ts';

/**
 * The type a CustomResourceDefinition describes by `openAPIV3Schema`, in the words of built-in
 * types, so that validation and apply treat both alike.
 */
export function customType(name: string, schema: unknown): FieldType {
  const root = isFields(schema) ? schema : {};
  const fields = propertiesOf(name, root);
  const meta: FieldType = { is: 'object', type: objectType('meta.v1.ObjectMeta') };
  const text: FieldType = { is: 'scalar', scalar: 'string' };
  fields.set('apiVersion', plain('apiVersion', text));
  fields.set('kind', plain('kind', text));
  fields.set('metadata', plain('metadata', meta));
  return { is: 'object', type: { name, isAtomic: false, fields } };
}

function plain(name: string, type: FieldType): Field {
  return { name, type, required: false, strategies: [] };
}

function propertiesOf(name: string, schema: Fields): Map<string, Field> {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = isFields(schema['properties']) ? schema['properties'] : {};
  return new Map(
    Object.entries(properties).map(([field, value]) => {
      const property = isFields(value) ? value : {};
      return [
        field,
        {
          name: field,
          type: typeOf(`${name}.${field}`, property),
          required: required.includes(field),
          strategies: [],
          ...listRules(property),
        },
      ];
    }),
  );
}

function typeOf(name: string, schema: Fields): FieldType {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return { is: 'any' };
  if (schema['x-kubernetes-int-or-string'] === true) {
    return { is: 'scalar', scalar: 'intorstring' };
  }
  const items = schema['items'];
  if (schema['type'] === 'array' && isFields(items)) {
    return { is: 'list', of: typeOf(name, items) };
  }
  const values = schema['additionalProperties'];
  if (isFields(values)) return { is: 'map', of: typeOf(name, values) };
  if (isFields(schema['properties'])) {
    return { is: 'object', type: { name, isAtomic: false, fields: propertiesOf(name, schema) } };
  }
  const scalar = SCALARS[String(schema['type'])];
  return scalar ? { is: 'scalar', scalar } : { is: 'any' };
}

const SCALARS: Readonly<Record<string, Scalar>> = {
  string: 'string',
  integer: 'long',
  number: 'number',
  boolean: 'bool',
};

function listRules(schema: Fields): Pick<Field, 'listKeys' | 'isSet' | 'isAtomic'> {
  const list = schema['x-kubernetes-list-type'];
  if (list === 'set') return { isSet: true };
  if (schema['x-kubernetes-map-type'] === 'atomic') return { isAtomic: true };
  const keys = schema['x-kubernetes-list-map-keys'];
  return list === 'map' && Array.isArray(keys) ? { listKeys: keys.map(String) } : {};
}
