import { describe, expect, test } from 'vitest';
import { healthy, isTarget, neighbour, recorded, SERVER } from '../../test/support/healthy-look.ts';
import type { Probe, SocketState } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { diagnose } from './diagnose.ts';

const { from, to } = healthy.question;

describe('where the machine that answers may not be the one that was looked at', () => {
  const FOREIGN = '02:00:00:00:00:99';
  const nas = healthy.hosts[to];
  if (!nas?.network.addresses.seen || !nas.network.links.seen) throw new Error('no nas recorded');
  const { addresses, links } = nas.network;
  const withNas = (network: Partial<typeof nas.network>, look = healthy): Snapshot => ({
    ...look,
    hosts: { ...look.hosts, [to]: { ...nas, network: { ...nas.network, ...network } } },
  });
  const withForeign = (look: Snapshot): Snapshot => ({
    ...look,
    observations: [...look.observations, neighbour(FOREIGN)],
  });

  test('nothing is called healthy while another hardware address answers', () => {
    const { verdict, summary } = diagnose(withForeign(healthy));
    expect(verdict).toBe('cannot-tell');
    expect(summary).toBe(
      `talos-1 gets answers, but ${FOREIGN} answers for 10.0.0.210 and is no device of truenas`,
    );
  });

  test('nor while the server does not hold the address', () => {
    const value = addresses.value.filter(({ local }) => local !== SERVER);
    const moved = withNas({ addresses: { ...addresses, value } });
    const observations = moved.observations.filter(
      (o) => o.kind !== 'kernel-route' || o.host !== to,
    );
    const { verdict, summary } = diagnose({ ...moved, observations });
    expect(verdict).toBe('cannot-tell');
    expect(summary).toBe('talos-1 gets answers, but truenas does not hold 10.0.0.210');
  });

  test.each(['nfs-down', 'api-hangs'])('of %s nothing is proven then', (name) => {
    const look = recorded(name);
    expect(diagnose(look).findings).toMatchObject([{ certainty: 'proven' }]);
    const ipv4 = { ...look.question, serverAddresses: [SERVER] };
    const { verdict, findings } = diagnose(withForeign({ ...look, question: ipv4 }));
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
  });

  test('the hardware address of any device of the server is its own', () => {
    const bridge = { ...links.value[0], name: 'br0', mac: FOREIGN } as (typeof links.value)[0];
    const bridged = withNas({ links: { ...links, value: [...links.value, bridge] } });
    expect(diagnose(withForeign(bridged)).verdict).toBe('healthy');
  });

  test('an entry that is left of old says nothing where a router is asked', () => {
    const observations = healthy.observations.map((o) =>
      o.kind === 'kernel-route' && o.host === from && o.answer.is === 'route'
        ? { ...o, answer: { ...o.answer, gateway: '10.0.0.1' } }
        : o,
    );
    expect(diagnose(withForeign({ ...healthy, observations })).summary).not.toContain(FOREIGN);
  });
});

describe('an answer is not healthy', () => {
  const CLIENT = '10.0.0.197';
  const question = { ...healthy.question, serverAddresses: [SERVER] };
  const look = (
    change: (probe: Probe) => Probe,
    { ports = question.ports, more = [] as readonly Snapshot['observations'][number][] } = {},
  ) => {
    const observations = healthy.observations.map((o) => (isTarget(o) ? change(o) : o));
    return diagnose({
      ...healthy,
      question: { ...question, ports: [...ports] },
      observations: [...observations, ...more],
    });
  };
  const notRun = { outcome: 'not-run', detail: 'no tool' } as const;
  /** As iSCSI is asked, from `sourcePort`. */
  const [plain] = healthy.observations.filter(isTarget).map(
    (o): Probe => ({
      ...o,
      probe: 'tcp',
      outcome: 'answered',
      elapsedMs: 2,
      flow: { protocol: 'tcp', destination: SERVER, destinationPort: 3260, sourcePort: 40_000 },
    }),
  );
  if (!plain) throw new Error('the recording has no probe');
  const socket = (state: SocketState['state'], port = 40_000): SocketState => ({
    kind: 'socket',
    host: to,
    atUnixMs: plain.atUnixMs + 1000,
    state,
    local: { address: SERVER, port: 3260 },
    remote: { address: CLIENT, port },
    command: 'ss -tan',
  });

  test('where a port is accepted by the kernel and what serves there was not asked', () => {
    const accepted = [plain].map(
      (o): Probe => ({
        ...o,
        flow: { ...o.flow, destinationPort: 2049 },
      }),
    );
    const { verdict, summary, next } = look((o) => (o.probe === 'nfs' ? { ...o, ...notRun } : o), {
      more: accepted,
    });
    expect(verdict).toBe('cannot-tell');
    expect(summary).toBe(
      'talos-1 is accepted on :2049 by truenas, and could not ask what serves there',
    );
    expect(next[0]).toMatch(/^Look from a host that has bash/);
  });

  test('where the server never hears the end of the handshake', () => {
    const ports = [3260];
    const { verdict, summary } = look((o) => o, { ports, more: [plain, socket('SYN-RECV')] });
    expect(verdict).toBe('cannot-tell');
    expect(summary).toMatch(
      /^talos-1 is accepted on :3260 .* never hears the end of the handshake$/,
    );
    // one that is left of earlier trouble has another port
    const left = socket('SYN-RECV', 40_001);
    expect(look((o) => o, { ports, more: [plain, left] })).toMatchObject({
      verdict: 'healthy',
      summary: expect.stringMatching(/ there and back, and it accepts connections on :3260$/),
    });
  });

  test('where the API takes longer than a driver waits', () => {
    const taking = (elapsedMs: number) =>
      look((o) => (o.probe === 'https' ? { ...o, elapsedMs } : o));
    expect(taking(4900).verdict).toBe('healthy');
    expect(taking(5300)).toMatchObject({
      verdict: 'cannot-tell',
      summary: expect.stringMatching(/and :443 answers after 5\.3 s, where a driver waits 5 s$/),
    });
  });
});
