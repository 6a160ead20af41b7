import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentClient, startAgent } from '../../src/platform/agent/agent-client.ts';
import type { ProbeAsk } from '../../src/ports/vantage.ts';
import { type AgentProgram, buildAgent } from '../support/agent.ts';
import { type Namespace, startNamespace } from '../support/namespace.ts';
import { describeWith } from '../support/needs.ts';
import { ODD_NETWORK, startOddServers } from '../support/odd-servers.ts';
import { commandsMatching } from '../support/processes.ts';

describeWith(['namespaces', 'ip', 'ping', 'openssl'], 'an agent in another namespace', () => {
  let dir: string;
  let host: Namespace;
  let agent: AgentClient;
  let built: AgentProgram;
  let program: string;
  const startOne = () => startAgent([...host.enter, process.execPath, program], 'lab://nas');
  const signal = () => AbortSignal.timeout(10_000);

  beforeAll(async () => {
    dir = mkdtempSync('/tmp/rp-servers-');
    [built, host] = await Promise.all([buildAgent(), startNamespace(ODD_NETWORK)]);
    program = built.path;
    await startOddServers(host, dir);
    agent = startOne();
  });
  afterAll(async () => {
    await agent.close();
    host.stop();
    expect(commandsMatching(program)).toEqual([]);
    built.remove();
    rmSync(dir, { recursive: true });
  });

  const ask = (more: Partial<ProbeAsk>): ProbeAsk => ({
    probe: 'tcp',
    address: '10.0.0.210',
    timeoutMs: 400,
    ...more,
  });

  test.each([
    { outcome: 'answered', ask: { port: 80 } },
    { outcome: 'answered', ask: { port: 80, source: '10.0.0.197' } },
    { outcome: 'answered', ask: { port: 80, address: '::1' } },
    { outcome: 'refused', ask: { port: 9 }, detail: 'ECONNREFUSED' },
    { outcome: 'timed-out', ask: { port: 80, address: '10.0.0.211' } },
    { outcome: 'unreachable', ask: { port: 80, address: '8.8.8.8' }, detail: 'ENETUNREACH' },
    { outcome: 'unreachable', ask: { port: 80, address: '10.1.0.1' }, detail: 'EHOSTUNREACH' },
    { outcome: 'unreachable', ask: { port: 80, address: '10.2.0.1' }, detail: 'EACCES' },
    { outcome: 'unreachable', ask: { port: 80, address: '10.3.0.1' }, detail: 'EINVAL' },
    { outcome: 'not-run', ask: { port: 80, source: '192.0.2.1' }, detail: 'EADDRNOTAVAIL' },
    { outcome: 'not-run', ask: { port: 80, source: '::1' } },
    { outcome: 'not-run', ask: { port: 0 } },
    { outcome: 'not-run', ask: { port: 80, address: 'truenas' } },
    { outcome: 'answered', ask: { probe: 'http', port: 80 }, detail: 'HTTP 401' },
    { outcome: 'answered', ask: { probe: 'https', port: 443 }, detail: 'HTTP 401' },
    { outcome: 'answered', ask: { probe: 'http', port: 25 }, detail: 'answers, but not in HTTP' },
    { outcome: 'answered', ask: { probe: 'https', port: 25 } },
    { outcome: 'silent', ask: { probe: 'http', port: 81 } },
    { outcome: 'silent', ask: { probe: 'https', port: 81 } },
    { outcome: 'reset', ask: { probe: 'http', port: 82 }, detail: 'ECONNRESET' },
    { outcome: 'reset', ask: { probe: 'https', port: 82 }, detail: 'ECONNRESET' },
    { outcome: 'reset', ask: { probe: 'http', port: 83 }, detail: 'closed without an answer' },
    { outcome: 'timed-out', ask: { probe: 'http', port: 80, address: '10.0.0.211' } },
    { outcome: 'answered', ask: { probe: 'nfs', port: 2049 }, detail: 'RPC NULL accepted' },
    { outcome: 'answered', ask: { probe: 'nfs', port: 25 }, detail: 'answers, but not in ONC RPC' },
    { outcome: 'silent', ask: { probe: 'nfs', port: 81 } },
    { outcome: 'answered', ask: { probe: 'icmp' } },
    { outcome: 'answered', ask: { probe: 'icmp', source: '10.0.0.197' } },
    { outcome: 'answered', ask: { probe: 'icmp', address: '::1' } },
    { outcome: 'timed-out', ask: { probe: 'icmp', address: '10.0.0.211' } },
    { outcome: 'unreachable', ask: { probe: 'icmp', address: '8.8.8.8' } },
    { outcome: 'unreachable', ask: { probe: 'icmp', address: '10.1.0.1' } },
  ] as const)('says $outcome for $ask', async ({ ask: more, outcome, ...rest }) => {
    const answer = await agent.probe(ask(more), signal());
    expect(answer).toMatchObject({ outcome, ...rest });
    const waits = outcome === 'timed-out' || outcome === 'silent';
    // of the 400 ms a busy machine may spend some before the packet leaves
    expect(answer.elapsedMs >= 300).toBe(waits);
    expect(answer.elapsedMs).toBeLessThan(1000);
  });

  test('tells the time to the first byte apart from that to be accepted', async () => {
    const answer = await agent.probe(ask({ probe: 'http', port: 80 }), signal());
    expect(answer.elapsedMs).toBeGreaterThan(55);
    expect(answer.connectMs).toBeLessThan(40);
    // sockets of the same client are told apart by it
    expect(answer.sourcePort).toBeGreaterThan(1023);
  });

  test('asked many things at once, measures each on its own', async () => {
    const asks = Array.from({ length: 12 }, () => agent.probe(ask({ port: 80 }), signal()));
    const answers = await Promise.all(asks);
    const times = answers.map(({ elapsedMs }) => elapsedMs).toSorted((a, b) => a - b);
    expect(answers.every(({ outcome }) => outcome === 'answered')).toBe(true);
    expect(times[6]).toBeLessThan(15);
  });

  test.each([
    { outcome: 'timed-out', address: '10.0.0.211', port: 80, stages: ['sent'] },
    { outcome: 'silent', address: '10.0.0.210', port: 81, stages: ['sent', 'connected'] },
  ] as const)('an abort ends it as $outcome so far', async ({ outcome, stages, ...where }) => {
    const stop = new AbortController();
    const seen: string[] = [];
    const answer = await agent.probe(
      { probe: 'http', timeoutMs: 10_000, ...where },
      stop.signal,
      (stage) => {
        seen.push(stage);
        if (stage === stages.at(-1)) setTimeout(() => stop.abort(), 50);
      },
    );
    expect(answer.outcome).toBe(outcome);
    expect(answer.elapsedMs).toBeGreaterThan(45);
    expect(answer.elapsedMs).toBeLessThan(1000);
    expect(seen).toEqual(stages);
  });

  test('one that is stopped does not keep us waiting', async () => {
    const stuck = startOne();
    await stuck.probe(ask({ port: 9 }), signal());
    host.exec('pkill', '-STOP', '-n', '-f', program);
    const answer = await stuck.probe(ask({ port: 9 }), AbortSignal.timeout(50));
    expect(answer).toMatchObject({ outcome: 'not-run' });
    await stuck.close();
  });

  test('one that dies fails what was asked, and says why', async () => {
    const dying = startOne();
    await dying.probe(ask({ port: 9 }), signal());
    const asked = dying.probe(ask({ port: 81, probe: 'http', timeoutMs: 5000 }), signal());
    host.exec('pkill', '-KILL', '-n', '-f', program);
    await expect(asked).rejects.toThrow('Cannot ask the agent on lab://nas: it ended');
    await expect(dying.probe(ask({ port: 9 }), signal())).rejects.toThrow('it ended');
    await dying.close();
  });

  test('one that does not start fails likewise', async () => {
    const missing = startAgent(['/nowhere/node', program], 'lab://nas');
    await expect(missing.probe(ask({ port: 9 }), signal())).rejects.toThrow('did not start');
    await missing.close();
  });

  test('asks unix sockets', async () => {
    const socketPath = join(dir, 'api.sock');
    const server = createServer((request, response) => {
      response.end(`${request.method} ${request.url} ${request.headers.host}`);
    });
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const answer = await agent.unixHttp(
      { socketPaths: ['/nowhere.sock', socketPath], method: 'GET', path: '/x', host: 'h' },
      signal(),
    );
    server.close();
    expect(answer).toEqual({ status: 200, body: 'GET /x h', socketPath });
    const nobody = { socketPaths: ['/nowhere.sock'], method: 'GET', path: '/', host: 'h' } as const;
    await expect(agent.unixHttp(nobody, signal())).rejects.toThrow('/nowhere.sock: ENOENT');
  });

  test('is small, so that it starts fast', () => {
    expect(readFileSync(program).length).toBeLessThan(30_000);
  });
});
