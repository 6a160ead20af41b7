import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clusterOf } from './cluster-options.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'returnpath-kubeconfig-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const EMPTY = 'apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: ""\nkind: Config\n';

test.each([
  { what: 'one that names a cluster', text: 'clusters: [{name: c}]', begins: true },
  { what: 'one as JSON', text: '{"clusters":[{"name":"c"}]}', begins: true },
  { what: 'one that is broken, which is to be told', text: 'clusters: [', begins: true },
  { what: 'one whose last cluster was deleted', text: EMPTY, begins: false },
  { what: 'an empty one', text: '', begins: false },
  { what: 'none', text: undefined, begins: false },
])('clusterOf() with $what: $begins', ({ text, begins }) => {
  const file = join(folder, 'config');
  if (text !== undefined) writeFileSync(file, text);
  vi.stubEnv('KUBECONFIG', file);
  expect(clusterOf({}) !== undefined).toBe(begins);
});

test('clusterOf() takes ~/.kube/config where KUBECONFIG names none, and /dev/null for nothing', () => {
  vi.stubEnv('HOME', folder);
  vi.stubEnv('KUBECONFIG', '');
  expect(clusterOf({})).toBeUndefined();
  vi.stubEnv('KUBECONFIG', '/dev/null');
  expect(clusterOf({})).toBeUndefined();
});

test('clusterOf() begins with the cluster that an option of kubectl names, there or not', () => {
  vi.stubEnv('KUBECONFIG', '/dev/null');
  expect(clusterOf({ context: 'night' })).toMatchObject({ kube: { context: 'night' } });
  expect(clusterOf({ namespace: 'media' })).toMatchObject({ namespace: 'media' });
});
