import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectHost } from '../../src/collect/index.ts';
import { askKernel } from '../../src/collect/linux/ask-kernel.ts';
import { runProbes } from '../../src/collect/probes/run-probes.ts';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Lab } from '../../src/lab/start.ts';
import { HostFacts } from '../../src/model/host.ts';
import type { Observation } from '../../src/model/observation.ts';
import { OutsideError } from '../../src/model/outside-error.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import { type AgentProgram, buildAgent } from '../support/agent.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';
import { commandsMatching } from '../support/processes.ts';

const soon = () => AbortSignal.timeout(10_000);

describeWith(['namespaces', 'ip'], 'the lab, looked at', () => {
  let lab: Lab;
  let nas: Vantage;
  let node: Vantage;
  let agent: AgentProgram;
  let agentPath: string;

  beforeAll(async () => {
    [lab, agent] = await Promise.all([startTestLab(), buildAgent()]);
    agentPath = agent.path;
    await lab.break('accept-routes');
    const open = openVantageIn({ locateLabHost, agentPath, interactive: false });
    nas = await open(`lab://${lab.id}/nas`, {}, soon());
    node = await open(`lab://${lab.id}/node`, {}, soon());
  });
  afterAll(async () => {
    await Promise.all([nas.close(), node.close()]);
    await lab.stop();
    agent.remove();
    expect(commandsMatching(agentPath)).toEqual([]);
  });

  test('the NAS tells that it accepts routes, and from whom', async () => {
    const { facts, observations } = await collectHost(nas, { clock, signal: soon() });
    expect(HostFacts.parse(facts)).toEqual(facts);
    expect(facts).toMatchObject({
      id: 'nas',
      name: 'truenas',
      privileged: { value: true },
      tailscale: {
        reachedBy: { value: expect.stringMatching(/^\/proc\/\d+\/root\/.*tailscaled\.sock$/) },
        prefs: { value: { acceptsRoutes: true } },
      },
      tailscaleElsewhere: { value: [{ status: { self: { hostName: 'photos' } } }] },
    });
    const peers = facts.tailscale.status.seen ? facts.tailscale.status.value.peers : [];
    const router = peers.find(({ hostName }) => hostName === 'homelab-subnet-router');
    expect(router?.allowedIps).toContain('10.0.0.197/32');
    expect(facts.network.incomplete).toEqual([]);
    expect(observations).toMatchObject([{ kind: 'counters', phase: 'before' }]);
  });

  test('the node tells of the Connector in its pod, not as its own tailscaled', async () => {
    const { facts } = await collectHost(node, { clock, signal: soon() });
    expect(facts.tailscale.prefs).toMatchObject({
      seen: false,
      why: expect.stringContaining('only in networks of their own'),
    });
    expect(facts.tailscaleElsewhere).toMatchObject({
      value: [{ status: { self: { hostName: 'homelab-subnet-router' } } }],
    });
  });

  test('its kernel answers for the very flow, while the SYN waits at the NAS', async () => {
    const stop = new AbortController();
    const sent = new Promise<void>((resolve) => {
      void node.probe?.(
        { probe: 'tcp', address: '10.0.0.210', port: 2049, timeoutMs: 10_000 },
        stop.signal,
        () => resolve(),
      );
    });
    await sent;
    const flow = { protocol: 'tcp', source: '10.0.0.210', destination: '10.0.0.197' } as const;
    const halfOpen = (o: Observation) => o.kind === 'socket' && o.state === 'SYN-RECV';
    const ask = { questions: [{ flow }], neighbours: [], peers: [], clock, signal: soon() };
    const { observations, unseen } = await askKernel(nas, ask);
    stop.abort();
    expect(unseen).toEqual([]);
    expect(observations.find(({ kind }) => kind === 'kernel-route')).toMatchObject({
      answer: { is: 'route', dev: 'tailscale0', table: 52 },
    });
    expect(observations.find(halfOpen)).toMatchObject({
      local: { address: '10.0.0.210', port: 2049 },
      remote: { address: '10.0.0.197' },
    });
  });

  test('probes tell the silent NAS from the router that answers', async () => {
    const orders = [
      { role: 'target', probe: 'https', address: '10.0.0.210', port: 443 },
      { role: 'target', probe: 'nfs', address: '10.0.0.210', port: 2049 },
      { role: 'control', probe: 'tcp', address: '10.0.0.1', port: 80 },
    ] as const;
    const probes = await runProbes(node, orders, { clock, signal: soon(), timeoutMs: 400 });
    const outcomes = probes.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['timed-out', 'timed-out', 'answered']);
    expect(probes[2]?.connectMs).toBeLessThan(20);
  });

  test('a host or lab that is not there is an error', async () => {
    const open = openVantageIn({ locateLabHost, agentPath, interactive: false });
    await expect(open(`lab://${lab.id}/nobody`, {}, soon())).rejects.toThrow(OutsideError);
    await expect(open('lab://no-such-lab/nas', {}, soon())).rejects.toThrow(OutsideError);
  });

  test('a forged prefs answer is a missing fact', async () => {
    const forged: Vantage = {
      ...nas,
      unixHttp: ({ socketPaths }) =>
        Promise.resolve({ status: 200, body: '\0garbage', socketPath: socketPaths[0] ?? '' }),
    };
    const { facts } = await collectHost(forged, { clock, signal: soon() });
    expect(facts.tailscale.prefs).toMatchObject({
      seen: false,
      why: expect.stringContaining('the answer is not JSON'),
    });
    expect(facts.network.rules.ipv4).toMatchObject({ seen: true });
  });

  test('the agent holds no part of the program that it does not need', () => {
    expect(readFileSync(agentPath, 'utf8')).not.toContain('ZodError');
  });
});
