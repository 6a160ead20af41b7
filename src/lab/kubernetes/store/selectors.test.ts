import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { FieldNotSupported, matchesFields, parseFieldSelector } from './field-selector.ts';
import { matchesLabels, parseLabelSelector, requirementsOf } from './label-selector.ts';

const object = (labels: Record<string, string>, fields = {}): KubeObject => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'p', namespace: 'n', labels },
  ...fields,
});

describe('label selectors', () => {
  test.each([
    { text: '', labels: {}, is: true },
    { text: 'a=1', labels: { a: '1' }, is: true },
    { text: 'a==1', labels: { a: '2' }, is: false },
    { text: 'a!=1', labels: {}, is: true },
    { text: 'a in (1, 2),b', labels: { a: '2', b: '' }, is: true },
    { text: 'a notin (1,2)', labels: { a: '2' }, is: false },
    { text: 'a notin (1,2)', labels: {}, is: true },
    { text: '!a', labels: { a: '' }, is: false },
    { text: 'app.kubernetes.io/name=x', labels: { 'app.kubernetes.io/name': 'x' }, is: true },
  ])('"$text" on $labels: $is', ({ text, labels, is }) => {
    expect(matchesLabels(object(labels), parseLabelSelector(text))).toBe(is);
  });

  test('cannot be read when a term has no form', () => {
    expect(() => parseLabelSelector('a in (1')).toThrow(SyntaxError);
  });

  test('of workloads mean the same', () => {
    const selector = {
      matchLabels: { a: '1' },
      matchExpressions: [{ key: 'b', operator: 'DoesNotExist' }],
    };
    expect(matchesLabels(object({ a: '1' }), requirementsOf(selector))).toBe(true);
    expect(matchesLabels(object({ a: '1', b: '' }), requirementsOf(selector))).toBe(false);
  });
});

describe('field selectors', () => {
  const running = object({}, { status: { phase: 'Running' }, spec: { hostNetwork: true } });
  const allowed = ['status.phase', 'spec.nodeName', 'spec.hostNetwork'];

  test.each([
    { text: 'metadata.name=p', is: true },
    { text: 'status.phase!=Failed,spec.nodeName=', is: true },
    { text: 'spec.nodeName=talos-1', is: false },
    { text: 'spec.hostNetwork=true', is: true },
  ])('"$text": $is', ({ text, is }) => {
    expect(matchesFields(running, parseFieldSelector(text, allowed))).toBe(is);
  });

  test('refuse fields the resource does not have', () => {
    expect(() => parseFieldSelector('spec.x=1', allowed)).toThrow(FieldNotSupported);
    expect(() => parseFieldSelector('metadata.name', allowed)).toThrow(SyntaxError);
  });
});
