import { describe, expect, test } from 'vitest';
import { type FieldType, objectType } from '../schema/schema.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';

describe('mergePatch()', () => {
  // the examples of RFC 7386, appendix A
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j and %j make %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });
});

describe('jsonPatch()', () => {
  // the examples of RFC 6902, appendix A
  test.each([
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
    [
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    [{ foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    [{ baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
    [
      { foo: { bar: 1, waldo: 2 }, qux: {} },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 1 }, qux: { thud: 2 } },
    ],
    [
      { foo: ['all', 'grass', 'cows'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/2' }],
      { foo: ['all', 'cows', 'grass'] },
    ],
    [{ foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['x'] }], { foo: ['bar', ['x']] }],
    [{ '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ])('%j with %j makes %j', (target, patch, result) => {
    expect(jsonPatch(target, patch)).toEqual(result);
  });

  test.each([
    [{ op: 'test', path: '/a', value: 2 }],
    [{ op: 'remove', path: '/b' }],
    [{ op: 'add', path: '/b/c', value: 1 }],
    [{ op: 'turn', path: '/a' }],
    [{ op: 'add', path: 'a', value: 1 }],
  ])('refuses %j', (operation) => {
    expect(() => jsonPatch({ a: 1 }, [operation])).toThrow(SyntaxError);
  });
});

describe('strategicMerge()', () => {
  const podSpec: FieldType = { is: 'object', type: objectType('core.v1.PodSpec') };
  const spec = {
    containers: [
      { name: 'a', image: 'one', args: ['x'], ports: [{ containerPort: 80 }] },
      { name: 'b', image: 'two' },
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
  };

  test.each([
    {
      when: 'a member is named by its merge key',
      patch: { containers: [{ name: 'b', image: 'three' }] },
      is: { ...spec, containers: [spec.containers[0], { name: 'b', image: 'three' }] },
    },
    {
      when: 'a list has no merge key: it is replaced',
      patch: { containers: [{ name: 'a', args: ['y'] }] },
      is: { ...spec, containers: [{ ...spec.containers[0], args: ['y'] }, spec.containers[1]] },
    },
    {
      when: 'a member is deleted, and one is new',
      patch: {
        containers: [
          { name: 'b', $patch: 'delete' },
          { name: 'c', image: 'new' },
        ],
      },
      is: { ...spec, containers: [spec.containers[0], { name: 'c', image: 'new' }] },
    },
    {
      when: 'an order is given',
      patch: {
        $setElementOrder_: 0,
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
      },
      is: { ...spec, containers: [spec.containers[1], spec.containers[0]] },
    },
    {
      when: 'only some keys of a union are retained',
      patch: {
        volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }],
      },
      is: { ...spec, volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    },
    {
      when: 'a whole list is replaced',
      patch: { volumes: [{ $patch: 'replace' }, { name: 'w' }] },
      is: { ...spec, volumes: [{ name: 'w' }] },
    },
    { when: 'a field is removed', patch: { volumes: null }, is: { containers: spec.containers } },
  ])('works when $when', ({ patch, is }) => {
    expect(strategicMerge(spec, patch, podSpec)).toEqual(is);
  });

  test('takes members out of a list of scalars', () => {
    const meta: FieldType = { is: 'object', type: objectType('meta.v1.ObjectMeta') };
    const patch = { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] };
    expect(strategicMerge({ finalizers: ['a', 'b'] }, patch, meta)).toEqual({
      finalizers: ['b', 'c'],
    });
  });
});
