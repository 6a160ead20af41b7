import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Case } from '../../src/causes/cause.ts';
import { causes, clusterCauses } from '../../src/causes/index.ts';
import { SNAPSHOT_VERSION } from '../../src/model/snapshot.ts';
import { clusterCaseOf, NOTHING_READ } from '../support/cluster-case.ts';

const COMMONS = [
  'index.ts',
  'cause.ts',
  'evidence.ts',
  'captured.ts',
  'captured-chain.ts',
  'captured-from-outside.ts',
  'advertisers.ts',
  'chosen-exit-node.ts',
  'astray-by-vpn.ts',
  'capture-by-api.ts',
  'refused.ts',
  'complaints.ts',
  'judge-complaints.ts',
  'pod-evidence.ts',
  'storage-of.ts',
  'api-port.ts',
  'listeners.ts',
  'neighbours.ts',
  'another-machine.ts',
  'own-addresses.ts',
  'why-silent.ts',
  'probe-connections.ts',
  'where-tailscaled-runs.ts',
];

/** A case about which nothing at all could be seen. */
const nothingSeen: Case = {
  snapshot: {
    schema: 'returnpath/snapshot',
    version: SNAPSHOT_VERSION,
    startedUnixMs: 0,
    endedUnixMs: 0,
    question: {
      from: 'client',
      to: 'server',
      serverAddresses: ['10.0.0.210'],
      ports: [2049],
      controls: [],
      compare: [],
    },
    hosts: {},
    failedVantages: [],
    observations: [],
  },
  client: { id: 'client', name: 'client', address: undefined, facts: undefined },
  server: { id: 'server', name: 'server', address: '10.0.0.210', facts: undefined },
  forward: undefined,
  back: undefined,
  reply: { answer: undefined, kernel: undefined, agree: undefined },
  probes: [],
  controls: [],
  others: [],
};

test('every cause file is in the catalogue, under its own name', () => {
  const files = readdirSync('src/causes')
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .filter((name) => !COMMONS.includes(name))
    .map((name) => name.replace('.ts', ''));
  const ids = [...causes, ...clusterCauses].map(({ id }) => id);
  expect(ids.toSorted()).toEqual(files.toSorted());
});

const judged = [
  ...causes.map((cause) => ({ ...cause, verdict: cause.judge(nothingSeen) })),
  ...clusterCauses.map((cause) => ({
    ...cause,
    verdict: cause.judge(clusterCaseOf({ cluster: NOTHING_READ })),
  })),
];

describe.each(judged)('cause $id', ({ verdict, ...cause }) => {
  test('has a title that fits one line of a report', () => {
    expect(cause.title).toMatch(/^[A-Z].{0,58}[^.]$/);
  });

  test('answers unknown when nothing could be seen', () => {
    expect(verdict.is).toBe('unknown');
    expect(verdict.is === 'unknown' && verdict.missing.length).toBeGreaterThan(0);
  });

  test('has a page that says what proves it', () => {
    const page = `docs/causes/${cause.id}.md`;
    expect(existsSync(page)).toBe(true);
    expect(readFileSync(page, 'utf8')).toMatch(new RegExp(`^# ${cause.id}\n`));
    expect(readFileSync(page, 'utf8').toLowerCase()).toContain('proven');
  });
});
