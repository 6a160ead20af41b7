import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { type FieldType, objectType } from '../schema/schema.ts';
import { fieldsOf, fromFieldsV1, pathText, toFieldsV1 } from './field-set.ts';
import { serverSideApply } from './server-side-apply.ts';

const type: FieldType = { is: 'object', type: objectType('apps.v1.Deployment') };
const deployment = (spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'n' },
  spec,
});
const containers = (...list: readonly object[]) => ({ template: { spec: { containers: list } } });
const writer = (manager: string) => ({
  manager,
  apiVersion: 'apps/v1',
  time: '2026-01-01T00:00:00Z',
});
const apply = (live: KubeObject | undefined, spec: object, manager: string, force = false) =>
  serverSideApply(live, deployment(spec), { writer: writer(manager), type, force });

describe('fieldsOf()', () => {
  test('names members by their keys, with defaults, and survives fieldsV1', () => {
    const ports = [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }];
    const set = fieldsOf(
      deployment(containers({ name: 'a', image: 'x', args: ['1'], ports })),
      type,
    );
    const texts = [...set.keys()].map(pathText);
    expect(texts).toContain('.spec.template.spec.containers[name="a"].image');
    expect(texts).toContain('.spec.template.spec.containers[name="a"].args');
    expect(texts).toContain(
      '.spec.template.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].containerPort',
    );
    expect(texts.some((text) => text.startsWith('.metadata.name') || text === '.kind')).toBe(false);
    expect(fromFieldsV1(toFieldsV1(set.keys()))).toEqual(new Set(set.keys()));
  });
});

describe('serverSideApply()', () => {
  const first = apply(
    undefined,
    { replicas: 2, ...containers({ name: 'a', image: '1' }) },
    'one',
  ).object;

  test('makes the object when there is none', () => {
    expect(first['spec']).toEqual({
      replicas: 2,
      template: { spec: { containers: [{ name: 'a', image: '1' }] } },
    });
    expect(first.metadata.managedFields).toMatchObject([{ manager: 'one', operation: 'Apply' }]);
  });

  test('adds what another states, and both own what they agree on', () => {
    const both = apply(
      first,
      { replicas: 2, ...containers({ name: 'b', image: '2' }) },
      'two',
    ).object;
    expect(both['spec']).toMatchObject(containers({ name: 'a' }, { name: 'b' }));
    // `one` lets go of replicas; `two` still states it
    const less = apply(both, containers({ name: 'a', image: '1' }), 'one').object;
    expect(less['spec']).toMatchObject({ replicas: 2 });
    const gone = apply(less, containers({ name: 'b', image: '2' }), 'two').object;
    expect(gone['spec']).not.toHaveProperty('replicas');
  });

  test('takes out a member that nobody states any more', () => {
    const both = apply(first, containers({ name: 'b', image: '2' }), 'two').object;
    const left = apply(both, {}, 'two').object;
    expect(left['spec']).toEqual(first['spec']);
  });

  test('stops at a field of another with another value, unless forced', () => {
    const refused = apply(first, { replicas: 3 }, 'two');
    expect(refused.conflicts.map(({ path, manager }) => [pathText(path), manager.manager])).toEqual(
      [['.spec.replicas', 'one']],
    );
    const forced = apply(first, { replicas: 3 }, 'two', true).object;
    expect(forced['spec']).toMatchObject({ replicas: 3 });
    expect(apply(forced, { replicas: 2 }, 'one').conflicts).toHaveLength(1);
  });
});
