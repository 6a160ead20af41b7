import { describe, expect, test } from 'vitest';
import { ROUTER, SERVER } from '../../test/support/case.ts';
import { clusterFacts } from '../../test/support/cluster-case.ts';
import { seen } from '../model/fact.ts';
import type { Probe, ProbeOutcome } from '../model/observation.ts';
import { SNAPSHOT_VERSION, type Snapshot } from '../model/snapshot.ts';
import { differential } from './differential.ts';

const POD = 'tailscale/ts-router-0';
const IN_TAILNET = '100.68.1.2';
const NODES = ['talos-1', 'talos-2', 'talos-3'].map((name, at) => ({
  name,
  addresses: [`10.0.0.${197 + at}`],
  ready: true,
}));

/** Host → what became of its probe to the server, and to others as `HOST>ADDRESS`. */
function snapshotOf(fates: Readonly<Record<string, ProbeOutcome>>): Snapshot {
  const observations = Object.entries(fates).map(([key, outcome]): Probe => {
    const [host = '', destination = SERVER] = key.split('>');
    return {
      kind: 'probe',
      host,
      atUnixMs: 0,
      role: destination === ROUTER ? 'control' : 'target',
      probe: 'tcp',
      flow: { protocol: 'tcp', destination, destinationPort: 2049 },
      outcome,
      elapsedMs: 400,
      command: `nc -vz ${destination} 2049`,
    };
  });
  const ids = [...new Set(observations.map(({ host }) => host))];
  return {
    schema: 'returnpath/snapshot',
    version: SNAPSHOT_VERSION,
    startedUnixMs: 0,
    endedUnixMs: 0,
    question: {
      from: 'talos-1',
      to: 'nas',
      serverAddresses: [SERVER],
      tailnetAddresses: [IN_TAILNET],
      ports: [2049],
      controls: [ROUTER],
      compare: ids.filter((id) => id !== 'talos-1'),
    },
    hosts: {},
    failedVantages: [],
    observations,
    cluster: { ...clusterFacts({}), nodes: seen(NODES, 'kubectl get nodes', 0) },
  };
}

describe('differential()', () => {
  test.each([
    {
      when: 'one node of three fails',
      fates: { 'talos-1': 'timed-out', 'talos-2': 'answered', 'talos-3': 'answered' },
      says: /^by node: 10\.0\.0\.210 answers talos-2, talos-3 and not talos-1: the server is well, .* of talos-1 alone/,
    },
    {
      when: 'two of three fail',
      fates: { 'talos-1': 'timed-out', 'talos-2': 'timed-out', 'talos-3': 'answered' },
      says: /^by node: 10\.0\.0\.210 answers talos-3 and not talos-1, talos-2: .* of these nodes/,
    },
    {
      when: 'every node fails',
      fates: { 'talos-1': 'timed-out', 'talos-2': 'timed-out', 'talos-3': 'timed-out' },
      says: /^by node: 10\.0\.0\.210 answers none of .*: what is broken is at the server, or its way back/,
    },
    {
      when: 'only the pod network fails',
      fates: { 'talos-1': 'answered', [POD]: 'timed-out' },
      says: /^by network: .* and not its pod .*: what is broken is the pod network, or the way back to addresses of pods/,
    },
    {
      when: 'only the host network fails',
      fates: { 'talos-1': 'timed-out', [POD]: 'answered' },
      says: /^by network: .*: what is broken is the way back to the address of the node/,
    },
    {
      when: 'pod and node fail',
      fates: { 'talos-1': 'timed-out', [POD]: 'timed-out' },
      says: /^by network: .* usually leaves masqueraded, .* so this tells nothing more/,
    },
    {
      when: 'the control answers',
      fates: { 'talos-1': 'timed-out', [`talos-1>${ROUTER}`]: 'answered' },
      says: /^by target: talos-1 is answered by 10\.0\.0\.1 and not by 10\.0\.0\.210: its own network works/,
    },
    {
      when: 'nothing answers the node',
      fates: { 'talos-1': 'timed-out', [`talos-1>${ROUTER}`]: 'timed-out' },
      says: /^by target: .*: look at the network of talos-1 first/,
    },
    {
      when: 'the server answers in the tailnet',
      fates: { 'talos-1': 'timed-out', [POD]: 'timed-out', [`${POD}>${IN_TAILNET}`]: 'answered' },
      says: /^by address: .* is answered by 100\.68\.1\.2 in the tailnet and not by 10\.0\.0\.210: the server is up/,
    },
    {
      when: 'another machine is answered',
      fates: { 'talos-1': 'timed-out', utility: 'answered' },
      says: /^by client: utility is answered by 10\.0\.0\.210 and talos-1 is not: .* particular to talos-1/,
    },
    {
      when: 'another machine fails as well',
      fates: { 'talos-1': 'timed-out', utility: 'timed-out' },
      says: /^by client: 10\.0\.0\.210 answers utility as little as talos-1: .* not particular to the cluster/,
    },
  ] as const)('names the broken half when $when', ({ fates, says }) => {
    expect(differential(snapshotOf(fates))).toContainEqual(expect.stringMatching(says));
  });

  test('accuses nobody whom nobody could ask, though another client is answered', () => {
    const [line, ...more] = differential(snapshotOf({ utility: 'answered' }));
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^by client: utility is answered by 10\.0\.0\.210, and talos-1 was not asked/,
    );
    expect(line).not.toMatch(/broken|hangs/);
  });

  test('says nothing of those that were not asked', () => {
    expect(differential(snapshotOf({ 'talos-1': 'not-run', 'talos-2': 'not-run' }))).toEqual([]);
  });

  test('without a cluster there is nothing to compare', () => {
    const { cluster: _, ...snapshot } = snapshotOf({ 'talos-1': 'timed-out', utility: 'answered' });
    expect(differential(snapshot)).toEqual([]);
  });
});
