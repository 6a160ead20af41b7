import { expect, test } from 'vitest';
import type { Diagnosis } from '../model/diagnosis.ts';
import { openSteps } from './cannot-tell.ts';

type Draft = Parameters<typeof openSteps>[0];
const question = { from: '', to: '' } as Diagnosis['question'];
const cluster = { symptoms: [] } as unknown as Draft['cluster'];
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
  expect(openSteps(draft, { missing: [], cases: [] })[0]).toMatch(says);
});
