import { expect, test } from 'vitest';
import { caseOf } from '../../test/support/case.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { openSteps, openSummary } from './cannot-tell.ts';
import type { ClusterGaps } from './cluster-gaps.ts';

type Draft = Parameters<typeof openSteps>[0];
const question = { from: '', to: '' } as Diagnosis['question'];
const cluster = { symptoms: [] } as unknown as Draft['cluster'];
const read: ClusterGaps = { pods: [], places: [] };
const unread: ClusterGaps = {
  pods: [{ what: 'which pods hang: not allowed: list pods', next: 'returnpath rbac' }],
  places: [],
};
const hosts = { local: { name: 'laptop' } } as unknown as Draft['hosts'];

test.each([
  {
    when: 'the cluster did not answer',
    draft: { question, hosts },
    says: /^Mend that, or look without the cluster: .*--from local: from this machine/,
  },
  {
    when: 'the cluster names no node with the storage',
    draft: { question, hosts, cluster },
    says: /^Say from where to look, .*--from node:\/\/NAME, or .*--from local: /,
  },
  {
    when: 'only what kubectl printed is known',
    draft: { question, hosts: {}, cluster },
    says: /^Look at the way itself: kubectl returnpath diagnose$/,
  },
])('openSteps() where $when', ({ draft, says }) => {
  expect(openSteps(draft, { missing: [], cases: [], gaps: read })[0]).toMatch(says);
});

test('what may not be read is neither "nothing" nor "no node"', () => {
  const seen = { missing: [], cases: [], gaps: unread };
  expect(openSummary({ question, hosts, cluster }, seen)).toBe(
    'which pods hang could not be read, and nothing was sent',
  );
  const [look, ...more] = openSteps({ question, hosts, cluster }, seen);
  expect(look).toMatch(/^Say from where to look, as which node .* could not be read: /);
  expect(more).toEqual(['Or make that readable: returnpath rbac']);
});

test('a node that nobody could look from is not said to lack programs', () => {
  const c = caseOf({ probes: [] });
  const from = { ...c.snapshot.question, from: c.client.id };
  const steps = openSteps(
    { question: from, hosts: {}, cluster },
    { missing: ['x'], cases: [c], gaps: read },
  );
  expect(steps).toEqual([
    expect.stringMatching(/^Look from node: returnpath rbac names the rights .*; or --from ssh:/),
    'Read: x',
  ]);
});
