import { describe, expect, test } from 'vitest';
import {
  CLIENT,
  caseOf,
  clientSocket,
  probe,
  SERVER,
  serverSocket,
} from '../../test/support/case.ts';
import { snapshotHost } from '../../test/support/host-facts.ts';
import type { Address } from '../model/network.ts';
import type { CounterSample, KernelRoute, Probe, SocketState } from '../model/observation.ts';
import type { Case } from './cause.ts';
import { nodeRouteAstray } from './node-route-astray.ts';

const AT = 1_000_000;
const straight: KernelRoute['answer'] = {
  is: 'route',
  type: 'unicast',
  table: 254,
  dev: 'eth0',
  source: CLIENT,
};
const silent = [probe('timed-out', 5500)];
const control = [probe('answered', 1, 'control')];

function judge(seen: {
  readonly answer?: KernelRoute['answer'];
  readonly probes?: readonly Probe[];
  readonly controls?: readonly Probe[];
  readonly prefixLength?: number;
  /** Of the server; absent: they were not read. */
  readonly sockets?: readonly (SocketState | CounterSample)[];
  /** Of a tunnel that has one on the subnet of the server. */
  readonly tunnel?: string;
  readonly others?: Case['others'];
}) {
  const { answer, probes = silent, controls = control, prefixLength = 24, sockets = [] } = seen;
  const { tunnel, others = [] } = seen;
  const kernel: KernelRoute[] = answer
    ? [
        {
          kind: 'kernel-route',
          host: 'node',
          atUnixMs: AT,
          flow: { protocol: 'tcp', destination: SERVER },
          command: `ip route get ${SERVER}`,
          answer,
          raw: 'as the kernel says',
        },
      ]
    : [];
  const onDevice = (dev: string, local: string) =>
    ({ dev, local, prefixLength, scope: 'global' }) as unknown as Address;
  const addresses = [
    onDevice('eth0', CLIENT),
    onDevice('eth1', '10.0.0.196'),
    ...(tunnel ? [onDevice('wg0', tunnel)] : []),
  ];
  const facts = snapshotHost({ addresses, readAtUnixMs: AT });
  const c = caseOf({ probes, controls, observations: [...kernel, ...sockets] });
  return nodeRouteAstray.judge({ ...c, others, client: { ...c.client, facts } });
}

describe('node-route-astray', () => {
  test.each([
    { when: 'a gateway on its own subnet', answer: { ...straight, gateway: '10.0.0.38' } },
    { when: 'another device', answer: { ...straight, dev: 'wg0' } },
    { when: 'a blackhole', answer: { ...straight, type: 'blackhole' } },
    { when: 'no route', answer: { is: 'error', errno: 'EHOSTUNREACH', text: 'x' } as const },
  ])('is proven by $when and silence beside a control', ({ answer }) => {
    const sockets = [serverSocket('LISTEN')];
    expect(judge({ answer, sockets })).toMatchObject({ is: 'present', certainty: 'proven' });
  });

  test('is proven of a tunnel, even where its own subnet holds the server', () => {
    const answer = { ...straight, dev: 'wg0', source: '10.0.0.2' };
    const sockets = [serverSocket('LISTEN')];
    expect(judge({ answer, sockets, tunnel: '10.0.0.2' })).toMatchObject({
      certainty: 'proven',
      because: expect.stringContaining('into the WireGuard tunnel'),
    });
  });

  test('says of other clients only what was seen', () => {
    const client = { id: 'utility', name: 'utility', address: '10.0.0.38', facts: undefined };
    const chainWith = (others: Case['others']) => {
      const verdict = judge({ answer: { ...straight, gateway: '10.0.0.38' }, others });
      return verdict.is === 'present' ? verdict.chain.at(-1) : undefined;
    };
    expect(chainWith([])).toBe('talos-1 gets no answer');
    expect(chainWith([{ client, probes: silent }])).toBe('talos-1 gets no answer');
    expect(chainWith([{ client, probes: [probe('answered', 1)] }])).toBe(
      'talos-1 gets no answer; other clients are answered',
    );
  });

  test('is proven when the kernel refuses at once', () => {
    const answer = { is: 'error', errno: 'EHOSTUNREACH', text: 'x' } as const;
    const probes = [probe('unreachable', 0)];
    expect(judge({ answer, probes })).toMatchObject({ certainty: 'proven' });
  });

  test('is only likely when no control was answered', () => {
    const answer = { ...straight, gateway: '10.0.0.38' };
    const sockets = [serverSocket('LISTEN')];
    expect(judge({ answer, sockets, controls: [] })).toMatchObject({ certainty: 'likely' });
  });

  test('a detour is only likely while the server was not looked at: it may arrive', () => {
    const answer = { ...straight, gateway: '10.0.0.38' };
    expect(judge({ answer })).toMatchObject({
      certainty: 'likely',
      wouldProve: expect.stringContaining('syn-recv'),
    });
  });

  test('a detour is only likely when the sockets of the server were read at another time', () => {
    const answer = { ...straight, gateway: '10.0.0.38' };
    const sockets = [serverSocket('LISTEN', { atUnixMs: AT + 20_000 })];
    expect(judge({ answer, sockets })).toMatchObject({ certainty: 'likely' });
  });

  test('a way by a VPN may arrive under another address, so a half-open connection proves nothing', () => {
    const answer = { ...straight, dev: 'tailscale0', table: 52, source: '100.68.1.9' };
    const masqueraded = { remote: { address: '10.0.0.38', port: 40_000 } };
    const none = judge({ answer, sockets: [serverSocket('LISTEN')] });
    expect(none).toMatchObject({
      certainty: 'proven',
      because: expect.stringContaining('into the Tailscale tunnel'),
      byHand: { now: 'tailscale set --accept-routes=false' },
    });
    const some = judge({ answer, sockets: [serverSocket('SYN-RECV', masqueraded)] });
    expect(some).toMatchObject({ certainty: 'likely' });
  });

  test('a foreign packet that the filter of the server drops does not clear it', () => {
    const answer = { ...straight, gateway: '10.0.0.38' };
    const counters = (phase: CounterSample['phase'], value: number): CounterSample => ({
      kind: 'counters',
      host: 'nas',
      atUnixMs: AT,
      phase,
      values: { 'TcpExt:IPReversePathFilter': value },
      command: 'cat /proc/net/netstat',
    });
    const sockets = [serverSocket('LISTEN'), counters('before', 5), counters('after', 6)];
    expect(judge({ answer, sockets })).toMatchObject({ certainty: 'proven' });
  });

  test('is absent when the server answers what came by the detour into nowhere', () => {
    const answer = { ...straight, gateway: '10.0.0.38' };
    const sockets = [serverSocket('SYN-RECV'), clientSocket()];
    expect(judge({ answer, sockets }).is).toBe('absent');
  });

  test.each([
    { when: 'the route goes straight', seen: { answer: straight } },
    {
      when: 'it goes straight by a second card on the same subnet',
      seen: { answer: { ...straight, dev: 'eth1' } },
    },
    { when: 'the address is its own', seen: { answer: { ...straight, type: 'local', dev: 'lo' } } },
    {
      when: 'the detour arrives',
      seen: { answer: { ...straight, gateway: '10.0.0.38' }, probes: [probe('answered', 1)] },
    },
    {
      when: 'the server is on no subnet of the node',
      seen: { answer: { ...straight, gateway: '10.0.0.1' }, prefixLength: 32 },
    },
  ])('is absent when $when', ({ seen }) => {
    expect(judge(seen).is).toBe('absent');
  });

  test('is unknown when the kernel was not asked', () => {
    expect(judge({}).is).toBe('unknown');
  });
});
