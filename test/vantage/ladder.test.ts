import { mkdtempSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProbeOrder, runProbes } from '../../src/collect/probes/run-probes.ts';
import type { Probe } from '../../src/model/observation.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { run } from '../../src/platform/process/run.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import { type Namespace, startNamespace } from '../support/namespace.ts';
import { describeWith } from '../support/needs.ts';
import { ODD_NETWORK, startOddServers } from '../support/odd-servers.ts';

type Row = Omit<ProbeOrder, 'role' | 'address'> & {
  readonly address?: string;
  readonly outcome: Probe['outcome'];
  readonly detail?: unknown;
};

const ROWS: readonly Row[] = [
  { probe: 'tcp', port: 80, outcome: 'answered' },
  { probe: 'tcp', port: 80, source: '10.0.0.197', outcome: 'answered' },
  { probe: 'tcp', port: 80, address: '::1', outcome: 'answered' },
  {
    probe: 'tcp',
    port: 9,
    outcome: 'refused',
    detail: expect.stringMatching(/^connection refused$/i),
  },
  { probe: 'tcp', port: 9, source: '10.0.0.197', outcome: 'refused' },
  { probe: 'tcp', port: 80, address: '10.0.0.211', outcome: 'timed-out' },
  { probe: 'tcp', port: 80, address: '10.0.0.211', source: '10.0.0.197', outcome: 'timed-out' },
  { probe: 'tcp', port: 80, address: '8.8.8.8', outcome: 'unreachable' },
  { probe: 'tcp', port: 80, address: '10.1.0.1', outcome: 'unreachable' },
  { probe: 'tcp', port: 80, address: '10.2.0.1', outcome: 'unreachable' },
  { probe: 'tcp', port: 80, source: '192.0.2.1', outcome: 'not-run' },
  { probe: 'http', port: 80, outcome: 'answered', detail: 'HTTP 401' },
  { probe: 'http', port: 80, source: '10.0.0.197', outcome: 'answered', detail: 'HTTP 401' },
  { probe: 'https', port: 443, outcome: 'answered', detail: 'HTTP 401' },
  { probe: 'http', port: 81, outcome: 'silent' },
  { probe: 'http', port: 82, outcome: 'reset' },
  { probe: 'http', port: 83, outcome: 'reset', detail: 'closed without an answer' },
  { probe: 'https', port: 25, outcome: 'answered' },
  { probe: 'http', port: 9, outcome: 'refused' },
  { probe: 'nfs', port: 2049, outcome: 'answered', detail: 'RPC reply' },
  { probe: 'nfs', port: 25, outcome: 'answered', detail: 'answers, but not in ONC RPC' },
  { probe: 'nfs', port: 81, outcome: 'silent' },
  { probe: 'nfs', port: 9, outcome: 'refused' },
  { probe: 'icmp', outcome: 'answered' },
  { probe: 'icmp', source: '10.0.0.197', outcome: 'answered' },
  { probe: 'icmp', address: '10.0.0.211', outcome: 'timed-out' },
  { probe: 'icmp', address: '8.8.8.8', outcome: 'unreachable' },
];

const BOTH_LACK = ['nc', 'curl', 'wget', 'rpcinfo', 'busybox'];
/** bash binds no address and speaks no TLS. */
const byBash = ROWS.filter(({ probe, source }) => probe !== 'https' && source === undefined);
/** With all tools, with the least, and as in a pod of a CSI driver that is written for Node.js. */
const HOSTS = [
  { tools: 'bash, nc and curl', hidden: [], rows: ROWS },
  { tools: 'bash alone', hidden: [...BOTH_LACK, 'node'], rows: byBash },
  { tools: 'no tool but Node.js', hidden: [...BOTH_LACK, 'bash'], rows: ROWS },
];

describeWith(
  ['namespaces', 'ip', 'ping', 'openssl', 'bash', 'nc', 'curl'],
  'the shell ladder',
  () =>
    describe.each(HOSTS)('with $tools', ({ hidden, rows }) => {
      let dir: string;
      let host: Namespace;
      let probes: readonly Probe[] = [];

      beforeAll(async () => {
        dir = mkdtempSync('/tmp/rp-ladder-');
        host = await startNamespace(ODD_NETWORK);
        await startOddServers(host, dir);
        const orders = rows.map(({ outcome: _, detail: __, ...row }) => {
          return { address: '10.0.0.210', ...row, role: 'target' } as const;
        });
        const signal = AbortSignal.timeout(20_000);
        probes = await runProbes(shellOf(host, hidden), orders, { clock, signal, timeoutMs: 1500 });
      });
      afterAll(() => {
        host.stop();
        rmSync(dir, { recursive: true });
      });

      test.each(rows.map((row, place) => ({ place, ...row })))(
        'says $outcome for $probe $address :$port from $source',
        ({ place, outcome, detail }) => {
          const probe = probes[place];
          expect(probe).toMatchObject({ outcome, ...(detail ? { detail } : {}) });
          const waits = outcome === 'timed-out' || outcome === 'silent';
          if (waits) expect(probe?.elapsedMs).toBeGreaterThan(1400);
        },
      );

      test('measures a round trip to the microsecond', () => {
        expect(probes[0]?.connectMs).toBeGreaterThan(0);
        if (hidden.length === 0) expect(probes[0]?.connectMs).toBeLessThan(100);
        const slow = probes.find(({ probe }) => probe === 'http');
        expect(slow?.connectMs).toBeLessThan(slow?.elapsedMs ?? 0);
      });
    }),
);

/** @param hidden Programs that are not there. */
function shellOf({ enter }: Namespace, hidden: readonly string[]): Vantage {
  const node = dirname(process.execPath);
  const hide = `for p in ${hidden.join(' ')}; do
while f=$(command -v $p); do mount --bind /dev/null "$(readlink -f "$f")" || exit; done
done
PATH=$PATH:${node} exec sh -s`;
  const start = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', hide];
  return {
    url: 'test:',
    hostId: 'nas',
    addresses: [],
    sh: (script, options) =>
      run([...enter, ...start], { ...options, doing: 'probe', input: script }),
    close: () => Promise.resolve(),
  };
}
