import { describe, expect, test } from 'vitest';
import {
  CLIENT,
  caseOf,
  clientSocket,
  probe,
  ROUTER,
  SERVER,
  serverSocket,
} from '../../test/support/case.ts';
import type { KernelRoute, NeighbourSample, Probe, SocketState } from '../model/observation.ts';
import { hostAbsent } from './host-absent.ts';
import { serviceSilent } from './service-silent.ts';

describe('service-silent', () => {
  const silent = [probe('silent', 5001)];

  test('is proven when the server holds the connection with nothing left to send', () => {
    const held = serverSocket('ESTAB', { receiveQueueBytes: 80, sendQueueBytes: 0 });
    expect(serviceSilent.judge(caseOf({ probes: silent, observations: [held] }))).toMatchObject({
      is: 'present',
      certainty: 'proven',
    });
  });

  test('is absent when the answer of the server is on its way and not acknowledged', () => {
    const lost = serverSocket('ESTAB', { receiveQueueBytes: 0, sendQueueBytes: 512 });
    expect(serviceSilent.judge(caseOf({ probes: silent, observations: [lost] }))).toMatchObject({
      is: 'absent',
      because: expect.stringContaining('not acknowledged'),
    });
  });

  test('is absent when what the client asked is not acknowledged', () => {
    const held = serverSocket('ESTAB', { receiveQueueBytes: 0, sendQueueBytes: 0 });
    const asking = { ...clientSocket(), state: 'ESTAB' as const, sendQueueBytes: 44 };
    const c = caseOf({ probes: silent, observations: [held, asking] });
    expect(serviceSilent.judge(c)).toMatchObject({
      is: 'absent',
      because: expect.stringContaining('not acknowledged'),
    });
  });

  describe('while a mount of the same client is open', () => {
    const port = 800;
    const ends = (mine: Partial<SocketState>, theirs: Partial<SocketState>) => [
      { ...clientSocket(port), state: 'ESTAB' as const, ...mine },
      serverSocket('ESTAB', { remote: { address: CLIENT, port }, ...theirs }),
    ];
    const judged = (probes: readonly Probe[], observations: readonly SocketState[]) =>
      serviceSilent.judge(caseOf({ probes, observations }));
    const from = (sourcePort: number) => {
      const [one] = silent;
      return one ? [{ ...one, flow: { ...one.flow, sourcePort } }] : [];
    };

    test('what it writes and nobody reads is not lost on the way', () => {
      const mount = ends({ sendQueueBytes: 400_000 }, { receiveQueueBytes: 6_000_000 });
      const own = serverSocket('ESTAB', { receiveQueueBytes: 44 });
      const mine = { ...clientSocket(), state: 'ESTAB' as const };
      expect(judged(silent, [...mount, own, mine])).toMatchObject({ certainty: 'proven' });
      expect(judged(silent, mount)).toMatchObject({ certainty: 'likely' });
    });

    test('a probe whose handshake the server never heard the end of proves nothing by it', () => {
      const opening = serverSocket('SYN-RECV');
      const other = serverSocket('ESTAB', { remote: { address: CLIENT, port: 40_001 } });
      expect(judged(silent, [other, opening])).toMatchObject({ certainty: 'likely' });
      expect(judged(from(40_000), [other, opening])).toMatchObject({ certainty: 'likely' });
      expect(judged(from(40_001), [other, opening])).toMatchObject({ certainty: 'proven' });
    });

    test('and is told to get lost where both of its ends were seen', () => {
      const mine = { ...clientSocket(), state: 'ESTAB' as const };
      expect(judged(silent, [serverSocket('SYN-RECV'), mine])).toMatchObject({
        is: 'absent',
        because: expect.stringContaining('lost on the way there'),
      });
    });
  });

  test('is only likely when the connection was not seen at the server', () => {
    expect(serviceSilent.judge(caseOf({ probes: silent }))).toMatchObject({ certainty: 'likely' });
  });

  test('does not accuse a service that a CSI driver would still wait for', () => {
    expect(serviceSilent.judge(caseOf({ probes: [probe('silent', 4999)] })).is).toBe('absent');
  });
});

describe('host-absent', () => {
  const neighbour = (state: string): NeighbourSample => ({
    kind: 'neighbour',
    host: 'node',
    atUnixMs: 1_000_000,
    neighbour: { address: SERVER, dev: 'eth0', state: [state] },
    command: `ip neigh show ${SERVER}`,
  });
  const control = [probe('answered', 1, 'control')];

  test.each(['FAILED', 'INCOMPLETE'])('is proven by %s and silence beside a control', (state) => {
    const probes = [probe('timed-out', 400)];
    const c = caseOf({ probes, controls: control, observations: [neighbour(state)] });
    expect(hostAbsent.judge(c)).toMatchObject({ is: 'present', certainty: 'proven' });
  });

  test('is proven as well when the kernel has given up', () => {
    const probes = [probe('unreachable', 3100)];
    const c = caseOf({ probes, controls: control, observations: [neighbour('FAILED')] });
    expect(hostAbsent.judge(c)).toMatchObject({ is: 'present', certainty: 'proven' });
  });

  test('is only likely when the whole LAN is silent', () => {
    const probes = [probe('timed-out', 400)];
    const c = caseOf({ probes, observations: [neighbour('FAILED')] });
    expect(hostAbsent.judge(c)).toMatchObject({ is: 'present', certainty: 'likely' });
  });

  test('is absent when another client is answered: then it is the port of this one', () => {
    const c = caseOf({
      probes: [probe('timed-out', 400)],
      controls: control,
      observations: [neighbour('FAILED')],
    });
    const client = { id: 'utility', name: 'utility', address: '10.0.0.38', facts: undefined };
    const others = [{ client, probes: [{ ...probe('answered', 1), host: 'utility' }] }];
    expect(hostAbsent.judge({ ...c, others })).toEqual({
      is: 'absent',
      because:
        'utility (10.0.0.38) is answered by 10.0.0.210: it is talos-1 alone that is not, on eth0',
    });
  });

  test('is absent when the client does not even ask: it sends by way of a router', () => {
    const route: KernelRoute = {
      kind: 'kernel-route',
      host: 'node',
      atUnixMs: 1_000_000,
      flow: { protocol: 'tcp', destination: SERVER },
      command: `ip route get ${SERVER}`,
      answer: { is: 'route', type: 'unicast', table: 254, dev: 'eth0', gateway: ROUTER },
      raw: 'as the kernel says',
    };
    const probes = [probe('timed-out', 400)];
    const observations = [neighbour('FAILED'), route];
    const c = caseOf({ probes, controls: control, observations });
    expect(hostAbsent.judge(c).is).toBe('absent');
  });

  test('is absent when it failed on a device that is not used', () => {
    const used = neighbour('REACHABLE');
    const unused = {
      ...neighbour('FAILED'),
      neighbour: { ...used.neighbour, dev: 'eth1', state: ['FAILED'] },
    };
    const c = caseOf({
      probes: [probe('timed-out', 400)],
      controls: control,
      observations: [used, unused],
    });
    expect(hostAbsent.judge(c).is).toBe('absent');
  });

  test('is absent when the address answers ARP', () => {
    const probes = [probe('timed-out', 400)];
    const c = caseOf({ probes, controls: control, observations: [neighbour('REACHABLE')] });
    expect(hostAbsent.judge(c).is).toBe('absent');
  });

  test('is unknown when nobody read the neighbours', () => {
    const c = caseOf({ probes: [probe('timed-out', 400)], controls: control });
    expect(hostAbsent.judge(c).is).toBe('unknown');
  });
});
