import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import { customType } from './custom-schema.ts';
import { decodeMessage, openEnvelope } from './protobuf.ts';
import { type FieldType, objectType, typeNames, typeOfKind } from './schema.ts';
import { misfits } from './validate.ts';

describe('objectType()', () => {
  test('reads every type of the table', () => {
    expect(typeNames().length).toBeGreaterThan(300);
    for (const name of typeNames()) expect(objectType(name).name).toBe(name);
  });

  test('knows how lists are told apart, merged and numbered', () => {
    const ports = objectType('core.v1.Container').fields.get('ports');
    expect(ports).toMatchObject({
      listKeys: ['containerPort', 'protocol'],
      mergeKey: 'containerPort',
      wire: [6],
    });
    // JSON shows the source of a volume beside its name, protobuf inside a message
    expect(objectType('core.v1.Volume').fields.get('nfs')?.wire).toEqual([2, 7]);
    expect(objectType('core.v1.PodSpec').fields.get('containers')?.required).toBe(true);
  });

  test('finds kinds by what objects say of themselves', () => {
    expect(typeOfKind('rbac.authorization.k8s.io/v1', 'Role').name).toBe('rbac.v1.Role');
    expect(typeOfKind('v1', 'Pod').name).toBe('core.v1.Pod');
    expect(() => typeOfKind('v1', 'Car')).toThrow(RangeError);
  });
});

describe('misfits()', () => {
  const pod: FieldType = { is: 'object', type: objectType('core.v1.Pod') };

  test.each([
    { spec: { containers: [{ name: 'a' }] }, found: [] },
    {
      spec: { containers: [{ name: 'a', imag: 'x' }] },
      found: ['unknown-field spec.containers[0].imag'],
    },
    { spec: {}, found: ['missing spec.containers'] },
    { spec: { containers: [{ image: 'x' }] }, found: ['missing spec.containers[0].name'] },
    { spec: { containers: 'x' }, found: ['wrong-type spec.containers'] },
    {
      spec: { containers: [], terminationGracePeriodSeconds: 1.5 },
      found: ['wrong-type spec.terminationGracePeriodSeconds'],
    },
    { spec: { containers: [], nodeSelector: { a: 1 } }, found: ['wrong-type spec.nodeSelector.a'] },
  ])('of $spec are $found', ({ spec, found }) => {
    const all = misfits({ metadata: { name: 'x' }, spec, status: { anything: 1 } }, pod);
    expect(all.map(({ is, path }) => `${is} ${path}`)).toEqual(found);
  });

  test('of custom resources follow their own schema', () => {
    const schema = {
      type: 'object',
      required: ['spec'],
      properties: {
        spec: {
          type: 'object',
          properties: {
            watts: { type: 'integer' },
            free: { 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      },
    };
    const lamp = customType('example.v1.Lamp', schema);
    expect(misfits({ spec: { watts: 5, free: { x: [1] } } }, lamp)).toEqual([]);
    expect(misfits({ spec: { watts: 'many' } }, lamp)).toMatchObject([
      { is: 'wrong-type', path: 'spec.watts', found: 'string' },
    ]);
    expect(misfits({}, lamp)).toMatchObject([{ is: 'missing', path: 'spec' }]);
  });
});

describe('protobuf bodies', () => {
  /** A message of fields that hold text, numbers or messages. */
  const message = (
    ...fields: readonly (readonly [number, string | number | Uint8Array])[]
  ): Uint8Array => {
    const writer = new BinaryWriter();
    for (const [number, value] of fields) {
      if (typeof value === 'number') writer.uint32(number << 3).int64(value);
      else if (typeof value === 'string') writer.uint32((number << 3) | 2).string(value);
      else writer.uint32((number << 3) | 2).bytes(value);
    }
    return writer.finish();
  };

  test('are opened and read into the JSON form', () => {
    const meta = message([1, 'web'], [3, ''], [8, message()], [11, message([1, 'a'], [2, 'b'])]);
    const rolling = message([1, message([1, 1], [3, '25%'])]);
    const template = message([
      2,
      message(
        [2, message([1, 'c'], [2, 'image'])],
        [1, message([1, 'v'], [2, message([2, message()])])],
      ),
    ]);
    const spec = message([1, 0], [3, template], [4, message([1, 'RollingUpdate'], [2, rolling])]);
    const raw = message([1, meta], [2, spec], [3, message([1, 0])]);
    const type = message([1, 'apps/v1'], [2, 'Deployment']);
    const body = Buffer.concat([Buffer.from('k8s\0'), message([1, type], [2, raw])]);
    const envelope = openEnvelope(body);
    expect(envelope).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(decodeMessage(envelope.raw, typeOfKind('apps/v1', 'Deployment'))).toEqual({
      // empty text and the zero time are absent; zero behind a pointer is zero
      metadata: { name: 'web', labels: { a: 'b' } },
      spec: {
        replicas: 0,
        template: {
          spec: {
            containers: [{ name: 'c', image: 'image' }],
            volumes: [{ name: 'v', emptyDir: {} }],
          },
        },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%' } },
      },
      status: {},
    });
  });

  test('are refused without their mark', () => {
    expect(() => openEnvelope(Buffer.from('{"kind":"Pod"}'))).toThrow(SyntaxError);
  });
});
