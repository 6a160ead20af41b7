import { describe, expect, test } from 'vitest';
import { caseOf, probe, SERVER, serverSocket } from '../../test/support/case.ts';
import { clusterFacts } from '../../test/support/cluster-case.ts';
import type { StorageBackend } from '../model/cluster-storage.ts';
import { seen } from '../model/fact.ts';
import type { Observation } from '../model/observation.ts';
import { itemsOf } from './complaints.ts';
import { serviceRefused } from './service-refused.ts';
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
