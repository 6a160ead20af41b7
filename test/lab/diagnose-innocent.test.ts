import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FaultQuestion } from '../../src/lab/faults/fault.ts';
import { type Lab, startLab } from '../../src/lab/start.ts';
import type { DiagnoseRequest } from '../../src/session/request.ts';
import { diagnoseInLab } from '../support/lab-diagnosis.ts';
import { describeWith } from '../support/needs.ts';

const NAS_TO_NODE: FaultQuestion = { from: 'nas', to: 'node', serverAddress: '10.0.0.197' };

describeWith(['namespaces', 'ip', 'nft'], 'what shows as the outage does and is not', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab();
  });

  afterAll(async () => {
    await lab.stop();
  });

  /** Diagnoses while `fault` is in force and a filter of `host` does `rule`. */
  async function withFilter(
    { host, hook, rule, fault }: { host: string; hook: string; rule: string; fault?: string },
    { question, change }: { question?: FaultQuestion; change?: Partial<DiagnoseRequest> } = {},
  ) {
    const nft = async (text: string) => {
      const { exitCode, stderr } = await lab.exec(host, ['nft', text]);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
    };
    if (fault !== undefined) await lab.break(fault);
    await nft(
      `table ip innocent { chain c { type filter hook ${hook} priority -10; policy accept; ${rule}; }; }`,
    );
    try {
      return (await diagnoseInLab(lab, question, change)).diagnosis;
    } finally {
      await nft('delete table ip innocent');
      if (fault !== undefined) await lab.mend(fault);
    }
  }

  test('a filter of the NAS that drops the node is no captured route, whatever else table 52 holds', async () => {
    const { verdict, findings, next } = await withFilter({
      host: 'nas',
      hook: 'input',
      rule: 'ip saddr 10.0.0.197 iifname enp1s0 drop',
      fault: 'accept-routes-remote-only',
    });
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
    expect(next.join('\n')).toMatch(/Nothing of talos-1 .* nft list ruleset.*on truenas/);
  });

  test('a filter of the node that drops the answers is named as the place to look', async () => {
    const { verdict, findings, next } = await withFilter({
      host: 'node',
      hook: 'input',
      rule: 'ip saddr 10.0.0.210 drop',
    });
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
    expect(next.join('\n')).toMatch(/the answer gets lost: .*on talos-1, then on truenas/);
  });

  test('a filter of the NAS that refuses is no service that ended', async () => {
    const { verdict, findings } = await withFilter({
      host: 'nas',
      hook: 'input',
      rule: 'ip saddr 10.0.0.197 tcp dport 2049 reject with tcp reset',
    });
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
  });

  test('requests that get lost after the handshake are no silent service', async () => {
    const { findings } = await withFilter({
      host: 'nas',
      hook: 'input',
      rule: 'ip saddr 10.0.0.197 tcp flags & psh == psh drop',
    });
    expect(findings).toEqual([]);
  });

  test('a client that sends to its neighbour into the tunnel is told so, and what put the route there', async () => {
    const filter = { host: 'connector', hook: 'forward', rule: 'drop', fault: 'accept-routes' };
    const change = { controls: ['10.0.0.38'] };
    const { findings } = await withFilter(filter, { question: NAS_TO_NODE, change });
    expect(findings).toMatchObject([
      {
        cause: 'node-route-astray',
        summary: expect.stringContaining('into the Tailscale tunnel'),
        byHand: { now: 'tailscale set --accept-routes=false' },
      },
    ]);
    expect(findings[0]?.chain[0]).toMatch(
      /^Accept Routes is on at truenas; homelab-subnet-router advertises 10\.0\.0\.197\/32; /,
    );
  });

  test('an exit node that nobody could look at is no accepted route, where a neighbour is silent too', async () => {
    await lab.break('exit-node-no-lan');
    try {
      const { diagnosis } = await diagnoseInLab(lab, undefined, {
        to: '10.0.0.210',
        compare: [`lab://${lab.id}/utility`, `lab://${lab.id}/connector`],
      });
      expect(diagnosis.findings).toEqual([]);
      expect(diagnosis.verdict).toBe('cannot-tell');
    } finally {
      await lab.mend('exit-node-no-lan');
    }
  });
});
