import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { type Fields, isFields } from '../object.ts';

/**
 * An OpenAPI version 2 document in the protobuf form kubectl asks for.
 *
 * Source: google/gnostic-models, openapiv2/OpenAPIv2.proto; the field numbers below are its own.
 * Written: what the documents of this server contain.
 */
export function encodeOpenApiV2(document: Fields): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, document['swagger']);
  message(writer, 2, (info) => {
    const fields = fieldsOf(document['info']);
    text(info, 1, fields['title']);
    text(info, 2, fields['version']);
  });
  message(writer, 8, (paths) => {
    for (const [name, item] of Object.entries(fieldsOf(document['paths']))) {
      named(paths, { field: 2, name }, (value) => pathItem(value, fieldsOf(item)));
    }
  });
  message(writer, 9, (definitions) => {
    for (const [name, schema] of Object.entries(fieldsOf(document['definitions']))) {
      named(definitions, { field: 1, name }, (value) => schemaInto(value, fieldsOf(schema)));
    }
  });
  return writer.finish();
}

/** Numbers of `PathItem`. */
const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(writer: BinaryWriter, item: Fields): void {
  for (const [method, operation] of Object.entries(item)) {
    const field = METHODS[method];
    if (field) message(writer, field, (into) => operationInto(into, fieldsOf(operation)));
  }
}

function operationInto(writer: BinaryWriter, operation: Fields): void {
  for (const parameter of listOf(operation['parameters'])) {
    // ParametersItem > Parameter > NonBodyParameter > QueryParameterSubSchema
    message(writer, 8, (item) =>
      message(item, 1, (one) =>
        message(one, 2, (nonBody) =>
          message(nonBody, 3, (query) => {
            text(query, 2, parameter['in']);
            text(query, 4, parameter['name']);
            text(query, 6, parameter['type']);
            if (parameter['uniqueItems'] === true) query.uint32(tag(20, 0)).bool(true);
          }),
        ),
      ),
    );
  }
  message(writer, 9, (responses) => {
    for (const [name, response] of Object.entries(fieldsOf(operation['responses']))) {
      named(responses, { field: 1, name }, (value) =>
        message(value, 1, (inner) => text(inner, 1, fieldsOf(response)['description'])),
      );
    }
  });
  extensions(writer, 13, operation);
}

function schemaInto(writer: BinaryWriter, schema: Fields): void {
  text(writer, 1, schema['$ref']);
  text(writer, 2, schema['format']);
  text(writer, 4, schema['description']);
  const required = schema['required'];
  if (Array.isArray(required)) for (const name of required) text(writer, 19, name);
  const values = schema['additionalProperties'];
  if (isFields(values)) {
    message(writer, 21, (item) => message(item, 1, (inner) => schemaInto(inner, values)));
  }
  const type = schema['type'];
  if (type !== undefined) message(writer, 22, (item) => text(item, 1, type));
  const items = schema['items'];
  if (isFields(items)) {
    message(writer, 23, (list) => message(list, 1, (inner) => schemaInto(inner, items)));
  }
  const properties = schema['properties'];
  if (isFields(properties)) {
    message(writer, 25, (list) => {
      for (const [name, property] of Object.entries(properties)) {
        named(list, { field: 1, name }, (value) => schemaInto(value, fieldsOf(property)));
      }
    });
  }
  extensions(writer, 31, schema);
}

/** `x-…` fields travel as YAML text; JSON is YAML. */
function extensions(writer: BinaryWriter, field: number, from: Fields): void {
  for (const [name, value] of Object.entries(from)) {
    if (!name.startsWith('x-')) continue;
    named(writer, { field, name }, (any) => text(any, 2, JSON.stringify(value)));
  }
}

function named(
  writer: BinaryWriter,
  { field, name }: { readonly field: number; readonly name: string },
  value: (writer: BinaryWriter) => void,
): void {
  message(writer, field, (pair) => {
    text(pair, 1, name);
    message(pair, 2, value);
  });
}

function message(writer: BinaryWriter, field: number, body: (writer: BinaryWriter) => void): void {
  writer.uint32(tag(field, 2)).fork();
  body(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: unknown): void {
  if (value !== undefined) writer.uint32(tag(field, 2)).string(String(value));
}

/** Wire type 0 is a varint, 2 has a length in front. */
function tag(field: number, wireType: 0 | 2): number {
  return ((field << 3) | wireType) >>> 0;
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
