import { describe, expect, test } from 'vitest';
import {
  caseOf,
  clientSocket,
  probe,
  ROUTER,
  SERVER,
  serverSocket,
} from '../../test/support/case.ts';
import { clusterFacts } from '../../test/support/cluster-case.ts';
import type { StorageBackend } from '../model/cluster-storage.ts';
import { seen } from '../model/fact.ts';
import type { KernelRoute, NeighbourSample, Observation } from '../model/observation.ts';
import { itemsOf } from './complaints.ts';
import { hostAbsent } from './host-absent.ts';
import { serviceRefused } from './service-refused.ts';
import { serviceSilent } from './service-silent.ts';
import { storageApiRefused } from './storage-api-refused.ts';

describe('service-refused', () => {
  const refused = [probe('refused', 1)];

  test('is proven when the server itself has no listener on the port', () => {
    const elsewhere = serverSocket('LISTEN', { local: { address: '0.0.0.0', port: 22 } });
    const verdict = serviceRefused.judge(caseOf({ probes: refused, observations: [elsewhere] }));
    expect(verdict).toMatchObject({ is: 'present', certainty: 'proven' });
  });

  test('is proven when the service listens on another address only, and says on which', () => {
    const other = serverSocket('LISTEN', { local: { address: '10.9.9.9', port: 2049 } });
    const verdict = serviceRefused.judge(caseOf({ probes: refused, observations: [other] }));
    expect(verdict).toMatchObject({
      certainty: 'proven',
      chain: [
        'truenas listens on :2049 at 10.9.9.9 only, not at 10.0.0.210',
        expect.anything(),
        expect.anything(),
      ],
      evidence: [
        { answer: 'no listener on 10.0.0.210 :2049, only on 10.9.9.9:2049' },
        expect.anything(),
      ],
    });
  });

  test.each(['0.0.0.0', '::', SERVER])('is absent when the server listens on %s', (address) => {
    const listener = serverSocket('LISTEN', { local: { address, port: 2049 } });
    const verdict = serviceRefused.judge(caseOf({ probes: refused, observations: [listener] }));
    expect(verdict).toMatchObject({ is: 'absent', because: expect.stringContaining('filter') });
  });

  test('is proven when something listens on all IPv4 addresses and IPv6 was asked', () => {
    const c = caseOf({
      probes: refused,
      observations: [serverSocket('LISTEN', { local: { address: '0.0.0.0', port: 2049 } })],
    });
    const verdict = serviceRefused.judge({
      ...c,
      server: { ...c.server, address: 'fd00:10::210' },
    });
    expect(verdict).toMatchObject({ is: 'present', certainty: 'proven' });
  });

  test('names only the ports that nothing listens on', () => {
    const flow = { protocol: 'tcp' as const, destination: SERVER, destinationPort: 443 };
    const listener = serverSocket('LISTEN', { local: { address: '::', port: 2049 } });
    const probes = [...refused, { ...probe('refused', 1), flow }];
    const verdict = serviceRefused.judge(caseOf({ probes, observations: [listener] }));
    expect(verdict).toMatchObject({
      certainty: 'proven',
      chain: [expect.stringMatching(/on :443 at/), expect.anything(), expect.anything()],
    });
  });

  test('is only likely when the sockets of the server were not seen, and says what would prove it', () => {
    expect(serviceRefused.judge(caseOf({ probes: refused }))).toMatchObject({
      is: 'present',
      certainty: 'likely',
      wouldProve: expect.stringContaining('ss -Htln'),
    });
  });

  test.each(['timed-out', 'answered', 'unreachable'] as const)('is absent when %s', (outcome) => {
    expect(serviceRefused.judge(caseOf({ probes: [probe(outcome, 400)] })).is).toBe('absent');
  });
});

describe('storage-api-refused', () => {
  const port = { protocol: 'tcp' as const, destination: SERVER, destinationPort: 443 };
  const api = { ...probe('refused', 1), flow: port, probe: 'https' as const };
  const nfs = { ...probe('answered', 1), probe: 'nfs' as const };

  test('is the API alone that refuses, and is no refused service then', () => {
    // a shell asks each port by TCP alone as well
    const c = caseOf({ probes: [{ ...api, probe: 'tcp' }, api, nfs] });
    expect(storageApiRefused.judge(c)).toMatchObject({ is: 'present', certainty: 'likely' });
    expect(serviceRefused.judge(c).is).toBe('absent');
  });

  describe('where the server itself does not listen', () => {
    const listening = (port: number, address = '::') =>
      serverSocket('LISTEN', { local: { address, port } });
    const judged = (
      more: readonly Observation[],
      { name = 'truenas', probes = [api, nfs], backend = {} as Partial<StorageBackend> } = {},
    ) => {
      const c = caseOf({ probes, observations: [listening(2049), ...more] });
      const [known] = itemsOf(clusterFacts({}).backends);
      if (!known) throw new Error('the cluster has no backend');
      const cluster = {
        ...clusterFacts({}),
        backends: seen([{ ...known, ...backend }], 'test', 0),
      };
      return storageApiRefused.judge({
        ...c,
        snapshot: { ...c.snapshot, ...(Object.keys(backend).length > 0 ? { cluster } : {}) },
        server: { ...c.server, name },
      });
    };
    const configured = { backend: { sources: ['secret' as const] } };
    const guessed = { backend: { sources: ['volume-attributes' as const] } };

    test('is proven of a TrueNAS on which nothing else could be its API', () => {
      expect(judged([listening(22)])).toMatchObject({ certainty: 'proven' });
    });

    test('is only likely of one whose API may have another port', () => {
      expect(judged([listening(444)])).toMatchObject({
        certainty: 'likely',
        chain: expect.arrayContaining([
          expect.stringMatching(/has ended, is off, or has another port/),
        ]),
        wouldProve: expect.stringContaining('system.general.config'),
      });
    });

    test('is proven where a driver is told that the API is there', () => {
      expect(judged([listening(444)], configured)).toMatchObject({ certainty: 'proven' });
    });

    test('is only likely where it is a guess that the driver uses that port', () => {
      expect(judged([], { ...guessed, name: 'nas' })).toMatchObject({ certainty: 'likely' });
    });

    test('says at which other address the API listens', () => {
      expect(judged([listening(443, '10.9.9.9')])).toMatchObject({
        certainty: 'proven',
        chain: expect.arrayContaining([
          'truenas listens on :443 at 10.9.9.9 only, not at 10.0.0.210',
        ]),
      });
    });

    test.each([
      { when: 'nobody knows of an API', name: 'fileserver', probes: [api, nfs] },
      {
        when: 'the API answers on another port',
        name: 'truenas',
        probes: [
          { ...api, flow: { ...port, destinationPort: 80 } },
          { ...api, outcome: 'answered' as const },
          nfs,
        ],
      },
    ])('is unknown when $when', ({ name, probes }) => {
      expect(judged([], { name, probes })).toMatchObject({ is: 'unknown' });
    });
  });

  test.each([
    { when: 'NFS refuses as well', probes: [api, { ...nfs, outcome: 'refused' as const }] },
    { when: 'NFS was not asked', probes: [api] },
    { when: 'nothing is refused', probes: [nfs] },
  ])('is absent when $when', ({ probes }) => {
    expect(storageApiRefused.judge(caseOf({ probes })).is).toBe('absent');
  });
});

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
