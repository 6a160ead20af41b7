import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import { createStore } from './store.ts';

const pod = (name: string, namespace = 'a'): KubeObject => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, namespace },
});

describe('createStore()', () => {
  test('gives every write a version of its own, and lists by key', () => {
    const store = createStore();
    for (const name of ['b', 'c', 'a']) store.put('pods', pod(name));
    const { version, items } = store.list('pods');
    expect(items.map(({ key }) => key)).toEqual(['a/a', 'a/b', 'a/c']);
    expect(new Set(items.map((item) => item.version)).size).toBe(3);
    expect(version).toBe(store.version());
    expect(items[0]?.object.metadata.resourceVersion).toBe(String(items[0]?.version));
  });

  test('a listing stays as it was when objects change later', () => {
    const store = createStore();
    store.put('pods', pod('a'));
    const before = store.list('pods');
    store.put('pods', pod('b'));
    store.remove('pods', 'a/a');
    expect(before.items.map(({ key }) => key)).toEqual(['a/a']);
    expect(store.list('pods').items.map(({ key }) => key)).toEqual(['a/b']);
  });

  test('tells changes after a version, until they are too old', () => {
    const store = createStore({ keep: 10 });
    const first = store.put('pods', pod('a'));
    store.put('pods', pod('a'));
    store.remove('pods', 'a/a');
    const changes = store.since(first.version);
    expect(changes === 'too-old' ? [] : changes.map(({ type }) => type)).toEqual([
      'MODIFIED',
      'DELETED',
    ]);
    for (let at = 0; at < 40; at += 1) store.put('pods', pod(`p${at}`));
    expect(store.since(first.version)).toBe('too-old');
    expect(store.since(store.version())).toEqual([]);
  });

  test('a deletion has a version of its own and carries what was there', () => {
    const store = createStore();
    const seen: string[] = [];
    store.subscribe(({ type, stored, previous }) =>
      seen.push(`${type} ${stored.version - (previous?.version ?? stored.version)}`),
    );
    store.put('pods', pod('a'));
    store.remove('pods', 'a/a');
    expect(store.remove('pods', 'a/a')).toBeUndefined();
    expect(seen).toEqual(['ADDED 0', 'DELETED 1']);
  });

  test('prints an object whole, and bare as lists have it', () => {
    const stored = createStore().put('pods', pod('a'));
    expect(JSON.parse(stored.json())).toEqual(stored.object);
    expect(JSON.parse(stored.bareJson())).toEqual({ metadata: stored.object.metadata });
  });
});
