import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Fields } from '../object.ts';
import type { Field, FieldType, ObjectType, Scalar } from './schema.ts';

/** In front of every object in `application/vnd.kubernetes.protobuf`. */
const MAGIC = Buffer.from('k8s\0');

/** What stands in the envelope: which kind, and the object's own bytes. */
export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

/**
 * Opens the envelope of a protobuf body.
 *
 * @throws {SyntaxError} If the magic bytes are missing.
 *
 * Source: apimachinery pkg/runtime, `Unknown`.
 */
export function openEnvelope(body: Uint8Array): Envelope {
  if (!Buffer.from(body.subarray(0, MAGIC.length)).equals(MAGIC)) {
    throw new SyntaxError('provided data does not appear to be a protobuf message');
  }
  const outer = messageFields(body.subarray(MAGIC.length));
  const type = messageFields(bytesOf(outer.get(1)));
  const text = (number: number): string => Buffer.from(bytesOf(type.get(number))).toString();
  return { apiVersion: text(1), kind: text(2), raw: bytesOf(outer.get(2)) };
}

/** Turns the bytes of a message into the JSON object it stands for. */
export function decodeMessage(bytes: Uint8Array, type: ObjectType): Fields {
  return decodeFields(messageFields(bytes), { fields: [...type.fields.values()], depth: 0 });
}

type Value = number | bigint | Uint8Array;
type Values = ReadonlyMap<number, readonly Value[]>;

/** Every field of a message by its number, undecoded, in order. */
function messageFields(bytes: Uint8Array): Values {
  const reader = new BinaryReader(bytes);
  const found = new Map<number, Value[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const value = readValue(reader, number, wireType);
    if (value === undefined) continue;
    const values = found.get(number);
    if (values) values.push(value);
    else found.set(number, [value]);
  }
  return found;
}

function readValue(reader: BinaryReader, number: number, wireType: WireType): Value | undefined {
  if (wireType === WireType.Varint) return BigInt(reader.int64());
  if (wireType === WireType.LengthDelimited) return reader.bytes();
  if (wireType === WireType.Bit64) return reader.double();
  reader.skip(wireType, number);
  return undefined;
}

function bytesOf(values: readonly Value[] | undefined): Uint8Array {
  const last = values?.at(-1);
  return last instanceof Uint8Array ? last : new Uint8Array();
}

/** Fields whose number path is longer stand in a message that JSON does not show. */
function decodeFields(
  values: Values,
  { fields, depth }: { readonly fields: readonly Field[]; readonly depth: number },
): Fields {
  const result: Record<string, unknown> = {};
  const inlined = new Map<number, Field[]>();
  for (const field of fields) {
    const number = field.wire?.[depth];
    const found = number === undefined ? undefined : values.get(number);
    if (number === undefined || !found) continue;
    if ((field.wire?.length ?? 0) > depth + 1) {
      inlined.set(number, [...(inlined.get(number) ?? []), field]);
      continue;
    }
    const value = decodeField(found, field);
    if (value !== undefined) result[field.name] = value;
  }
  for (const [number, inner] of inlined) {
    const nested = messageFields(bytesOf(values.get(number)));
    Object.assign(result, decodeFields(nested, { fields: inner, depth: depth + 1 }));
  }
  return result;
}

function decodeField(values: readonly Value[], { type, isPointer }: Field): unknown {
  const value = decodeAll(values, type);
  // Go writes what is not set, too; only behind a pointer does zero say something
  const isZero = value === '' || value === 0 || value === false;
  return isZero && !isPointer ? undefined : value;
}

function decodeAll(values: readonly Value[], type: FieldType): unknown {
  if (type.is === 'list') return values.map((value) => decodeOne(value, type.of));
  if (type.is !== 'map') return decodeOne(values.at(-1) ?? new Uint8Array(), type);
  return Object.fromEntries(
    values.map((entry) => {
      const pair = messageFields(entry as Uint8Array);
      const key = Buffer.from(bytesOf(pair.get(1))).toString();
      return [key, decodeOne(pair.get(2)?.at(-1) ?? new Uint8Array(), type.of)];
    }),
  );
}

function decodeOne(value: Value, type: FieldType): unknown {
  switch (type.is) {
    case 'object':
      return decodeMessage(value as Uint8Array, type.type);
    case 'scalar':
      return decodeScalar(value, type.scalar);
    case 'any': {
      const raw = Buffer.from(bytesOf(messageFields(value as Uint8Array).get(1)));
      return raw.length === 0 ? undefined : JSON.parse(raw.toString());
    }
    default:
      // a list inside a map has a message of its own around it, with the items as field 1
      return decodeAll(messageFields(value as Uint8Array).get(1) ?? [], type);
  }
}

function decodeScalar(value: Value, scalar: Scalar): unknown {
  switch (scalar) {
    case 'int':
    case 'long':
    case 'number':
      return Number(value);
    case 'bool':
      return value !== 0n;
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'quantity':
      return Buffer.from(bytesOf(messageFields(value as Uint8Array).get(1))).toString();
    case 'intorstring':
      return intOrString(messageFields(value as Uint8Array));
    case 'time':
    case 'microtime':
      return moment(messageFields(value as Uint8Array), scalar);
    default:
      return Buffer.from(value as Uint8Array).toString();
  }
}

function intOrString(values: Values): unknown {
  const isText = values.get(1)?.at(-1) === 1n;
  return isText
    ? Buffer.from(bytesOf(values.get(3))).toString()
    : Number(values.get(2)?.at(-1) ?? 0);
}

/** The zero time of Go is written without seconds and means that there is none. */
function moment(values: Values, scalar: 'time' | 'microtime'): string | undefined {
  const seconds = values.get(1)?.at(-1);
  if (seconds === undefined) return undefined;
  const nanos = Number(values.get(2)?.at(-1) ?? 0);
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  if (scalar === 'time') return `${text}Z`;
  return `${text}.${String(Math.trunc(nanos / 1000)).padStart(6, '0')}Z`;
}
