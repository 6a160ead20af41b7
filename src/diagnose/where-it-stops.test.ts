import { describe, expect, test } from 'vitest';
import { healthy, isTarget, neighbour, recorded, SERVER } from '../../test/support/healthy-look.ts';
import type { NeighbourSample, SocketState } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { checklistOf } from './checklist.ts';
import { diagnose } from './diagnose.ts';

const { from, to } = healthy.question;
const CLIENT = '10.0.0.197';

/** The same look, with every probe to the server silent. */
function silenced(more: readonly Snapshot['observations'][number][] = []): Snapshot {
  const observations = healthy.observations.map((o) =>
    isTarget(o) ? { ...o, outcome: 'timed-out' as const, elapsedMs: 5500 } : o,
  );
  return { ...healthy, observations: [...observations, ...more] };
}

function socket(host: string, state: SocketState['state']): SocketState {
  const ends = [
    { address: SERVER, port: 2049 },
    { address: CLIENT, port: 40_000 },
  ] as const;
  const [local, remote] = host === to ? ends : ([ends[1], ends[0]] as const);
  const atUnixMs = healthy.endedUnixMs;
  return { kind: 'socket', host, atUnixMs, state, local, remote, command: 'ss -tan' };
}

describe('where both ends were looked at and no cause explains the silence', () => {
  test('a request that shows in no socket of the server leads to its packet filter', () => {
    const { verdict, next } = diagnose(silenced([socket(to, 'LISTEN')]));
    expect(verdict).toBe('cannot-tell');
    expect(next.join('\n')).toMatch(
      /Nothing of talos-1 shows in the sockets of truenas.*on truenas/,
    );
    expect(next.join('\n')).not.toContain('Look at the server too');
  });

  test('a half-open connection says that the answer gets lost', () => {
    const sockets = [socket(to, 'SYN-RECV'), socket(from, 'SYN-SENT')];
    const { verdict, next } = diagnose(silenced(sockets));
    expect(verdict).toBe('cannot-tell');
    expect(next.join('\n')).toMatch(/SYN-RECV.*the answer gets lost.*on talos-1, then on truenas/);
  });

  test('a hardware address that is none of the server leads to another machine', () => {
    const { next } = diagnose(silenced([neighbour('02:00:00:00:00:99')]));
    expect(next[0]).toMatch(
      /^02:00:00:00:00:99 answers for 10\.0\.0\.210 .*: look for the machine/,
    );
    expect(diagnose(silenced()).next.join()).not.toContain('look for the machine');
  });
});

describe('where nobody answers for the address on a card of the client', () => {
  const client = healthy.hosts[from];
  if (!client?.network.addresses.seen) throw new Error('the recording has no addresses');
  const { addresses } = client.network;
  const question = { ...healthy.question, serverAddresses: [SERVER] };
  const missed: NeighbourSample = neighbour(undefined);
  /** As `silenced()`, with the LAN of the server on eth1 and the control on the LAN of eth0. */
  const look = (lans: Readonly<Record<string, string>>): Snapshot => {
    const { [to]: _, ...hosts } = healthy.hosts;
    const value = Object.entries(lans).map(([dev, local]) => ({
      ...{ dev, local, prefixLength: 24, scope: 'global' as const, flags: [] },
    }));
    const network = { ...client.network, addresses: { ...addresses, value } };
    const observations = silenced([missed]).observations.filter(
      (o) => o.kind !== 'kernel-route' && (o.kind !== 'neighbour' || o === missed),
    );
    return {
      ...healthy,
      question,
      hosts: { ...hosts, [from]: { ...client, network } },
      observations,
    };
  };

  test('a control on the same LAN proves that nobody has it', () => {
    expect(diagnose(look({ eth0: CLIENT })).findings).toMatchObject([
      { cause: 'host-absent', certainty: 'proven' },
    ]);
  });

  test('one on another card says nothing of that LAN', () => {
    // the control is 10.0.0.1
    const narrower = look({ eth0: CLIENT });
    const observations = narrower.observations.map((o) =>
      o.kind === 'probe' && o.role === 'control'
        ? { ...o, flow: { ...o.flow, destination: '192.168.1.1' } }
        : o,
    );
    const two = look({ eth0: CLIENT, eth1: '192.168.1.197' });
    expect(diagnose({ ...two, observations }).findings).toMatchObject([
      { cause: 'host-absent', certainty: 'likely' },
    ]);
  });

  test('a server that holds it leads to the port of the client', () => {
    const { verdict, next } = diagnose({ ...look({ eth0: CLIENT }), hosts: healthy.hosts });
    expect(verdict).toBe('cannot-tell');
    expect(next[0]).toMatch(
      /^talos-1 asks for 10\.0\.0\.210 on eth0 in vain, though truenas holds/,
    );
  });
});

describe('where the address that was asked for is none of the server', () => {
  const WRONG = '10.0.0.99';
  /** The same look at an address that nobody has. */
  const wrong = (look: Snapshot): Snapshot => ({
    ...look,
    question: { ...look.question, serverAddresses: [WRONG] },
    observations: look.observations
      .filter(({ kind }) => kind !== 'neighbour' && kind !== 'kernel-route')
      .map((o) =>
        isTarget(o)
          ? {
              ...o,
              flow: { ...o.flow, destination: WRONG },
              outcome: 'timed-out' as const,
              elapsedMs: 5500,
            }
          : o,
      ),
  });
  const unanswered = neighbour(undefined);
  const missed: NeighbourSample = {
    ...unanswered,
    neighbour: { ...unanswered.neighbour, address: WRONG },
  };
  const diagnosed = (look: Snapshot) => {
    const asked = wrong(look);
    return diagnose({ ...asked, observations: [...asked.observations, missed] });
  };

  test('a server that was looked at is not called off', () => {
    const { findings, summary } = diagnosed(healthy);
    expect(findings).toMatchObject([
      { cause: 'host-absent', byHand: { now: expect.stringMatching(/--address 10\.0\.0\.210$/) } },
    ]);
    expect(summary).toBe(
      "nobody on the LAN of talos-1 answers for 10.0.0.99, and truenas, which is up at 10.0.0.210, does not hold it: the address is wrong, or is another machine's",
    );
  });

  test('nor where the API tells of some of its addresses alone', () => {
    const nas = healthy.hosts[to];
    if (!nas) throw new Error('the recording has no nas');
    const incomplete = [{ part: 'addresses' as const, lacks: 'some' }];
    const hosts = { ...healthy.hosts, [to]: { ...nas, network: { ...nas.network, incomplete } } };
    expect(diagnosed({ ...healthy, hosts }).summary).toMatch(
      /truenas, which is up at 10\.0\.0\.210, does not tell that it has it: /,
    );
  });

  test('and no way back is called well that it has none for', () => {
    const { ruledOut, findings } = diagnosed(recorded('accept-routes'));
    expect(findings.map(({ cause }) => cause)).toEqual(['host-absent']);
    expect(ruledOut.map(({ cause }) => cause)).not.toContain('lan-route-captured-by-vpn');
  });

  test('where nobody read who answers, the next step is the address that it has', () => {
    const { verdict, summary, next } = diagnose(wrong(healthy));
    expect(verdict).toBe('cannot-tell');
    expect(summary).toBe('talos-1 gets nothing back, and truenas does not hold 10.0.0.99');
    expect(next[0]).toContain('ask for one that it has (--address 10.0.0.210), or look for');
    expect(next.join()).not.toContain('nft');
  });
});

test('a file server without a web server is not accused of having none', () => {
  const nas = healthy.hosts[to];
  if (!nas) throw new Error('the recording has no nas');
  const { tools: _, ...facts } = nas;
  const hosts = {
    ...healthy.hosts,
    [to]: { ...facts, name: 'fileserver', tools: { seen: false as const, why: 'not read' } },
  };
  const observations = [
    ...healthy.observations.filter((o) => o.kind !== 'socket'),
    socket(to, 'LISTEN'),
  ].map((o) => (isTarget(o) && /^http/.test(o.probe) ? { ...o, outcome: 'refused' as const } : o));
  const { verdict, findings, summary, next } = diagnose({ ...healthy, hosts, observations });
  expect(findings).toEqual([]);
  expect(verdict).toBe('cannot-tell');
  expect(summary).toBe('talos-1 reaches fileserver there and back, and is refused on :443 :80');
  expect(next.join('\n')).toMatch(/does it serve anything on :443 :80 at all\?/);
  expect(next.join('\n')).not.toContain('nft');
});

test('an API that says HTTP 502 is not healthy, though it answers', () => {
  const observations = healthy.observations.map((o) =>
    isTarget(o) && o.probe === 'https' ? { ...o, httpStatus: 502 } : o,
  );
  const { verdict, summary, next } = diagnose({ ...healthy, observations });
  expect(verdict).toBe('cannot-tell');
  expect(summary).toMatch(/there and back, and what answers on :443 says HTTP 502$/);
  expect(next[0]).toContain('middlewared.log');
});

test('the checklist does not call an API well that says HTTP 502', () => {
  const at = (httpStatus: number) =>
    healthy.observations.map((o) =>
      isTarget(o) && o.probe === 'https' ? { ...o, httpStatus, detail: `HTTP ${httpStatus}` } : o,
    );
  const linesOf = (httpStatus: number) =>
    checklistOf({ ...healthy, observations: at(httpStatus) }).lines.filter(
      ({ id, what }) => id === 'service-answers' && what.includes(`${SERVER}:443 (https)`),
    );
  expect(linesOf(401)).toMatchObject([{ is: 'ok' }]);
  expect(linesOf(502)).toMatchObject([
    { is: 'bad', evidence: expect.stringContaining('HTTP 502') },
  ]);
});

test('a port that nobody asked is not healthy', () => {
  const observations = healthy.observations.map((o) =>
    isTarget(o) && o.flow.destinationPort === 2049
      ? { ...o, outcome: 'not-run' as const, detail: 'no tool for nfs on that host' }
      : o,
  );
  const { verdict, summary } = diagnose({ ...healthy, observations });
  expect(verdict).toBe('cannot-tell');
  expect(summary).toMatch(/there and back, and could not ask :2049$/);
});

test('what is excluded is told of the address that fails', () => {
  const observations = silenced().observations.map((o) =>
    isTarget(o) && o.flow.destination === SERVER ? { ...o, outcome: 'answered' as const } : o,
  );
  const { summary, ruledOut } = diagnose({ ...healthy, observations });
  expect(summary).toMatch(/at 10\.0\.0\.210 and not at fd00:10::210/);
  const captured = ruledOut.find(({ cause }) => cause === 'lan-route-captured-by-vpn');
  expect(captured?.because).toContain('fd00:10::197');
});
