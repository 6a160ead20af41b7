import { beforeAll, describe, expect, test } from 'vitest';
import { caseOf, probe } from '../../test/support/case.ts';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { fakeTruenasApi } from '../../test/support/fake-truenas-api.ts';
import { fakeVantage } from '../../test/support/fake-vantage.ts';
import { collectHost } from '../collect/index.ts';
import type { HostFacts } from '../model/host.ts';
import type { Route } from '../model/network.ts';
import type { BoundPing, Probe } from '../model/observation.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Case } from './cause.ts';
import { lanRouteCapturedByVpn } from './lan-route-captured-by-vpn.ts';

const AT = 1_000_000;
let nas: HostFacts;

/** The NAS of the outage as its API alone shows it. */
beforeAll(async () => {
  const sh = () =>
    Promise.reject(new OutsideError({ doing: 'run a script', found: 'no app', next: 'ssh' }));
  const { facts } = await collectHost(
    fakeVantage({ sections: {} }, { truenas: fakeTruenasApi(), sh }),
    {
      clock: fakeClock(AT),
      signal: AbortSignal.timeout(5000),
    },
  );
  nas = facts;
});

interface Seen {
  readonly unbound?: readonly boolean[];
  readonly device?: readonly boolean[];
  readonly address?: readonly boolean[];
  readonly neighbour?: readonly boolean[];
  readonly probes?: readonly Probe[];
  readonly controls?: readonly Probe[];
  readonly routes?: (routes: readonly Route[]) => Route[];
  readonly atUnixMs?: number;
  readonly reachedAt?: string;
  readonly truenas?: HostFacts['truenas'];
}

const yes = [true, true];
const no = [false, false];
const outage: Seen = { unbound: yes, device: yes, address: no, neighbour: [true] };

function judge(seen: Seen) {
  const {
    probes = [probe('timed-out', 1000)],
    controls = [probe('answered', 2, 'control')],
    atUnixMs = AT,
    routes = (all) => [...all],
  } = seen;
  const ping = (
    by: BoundPing['by'],
    answers: readonly boolean[] = [],
    to = '10.0.0.197',
  ): BoundPing[] =>
    answers.map((answered) => ({
      kind: 'bound-ping',
      host: 'nas',
      atUnixMs,
      to,
      by,
      ...(by === 'unbound' ? {} : { bound: by === 'device' ? 'enp1s0' : '10.0.0.210' }),
      answered,
      command: `midclt call core.ping_remote ${by}`,
    }));
  const pings = [
    ...ping('unbound', seen.unbound),
    ...ping('device', seen.device),
    ...ping('address', seen.address),
    ...ping('address', seen.neighbour, '10.0.0.38'),
  ];
  const blank = caseOf({ probes, controls, observations: pings });
  const { ipv4 } = nas.network.routes;
  const network = {
    ...nas.network,
    routes: {
      ...nas.network.routes,
      ipv4: ipv4.seen ? { ...ipv4, value: routes(ipv4.value) } : ipv4,
    },
  };
  const { truenas, reachedAt } = seen;
  const more = {
    ...(truenas ? { truenas } : {}),
    ...(reachedAt === undefined ? {} : { reachedAt }),
  };
  const c: Case = {
    ...blank,
    server: { ...blank.server, facts: { ...nas, id: 'nas', network, ...more } },
  };
  return lanRouteCapturedByVpn.judge(c);
}

describe('lan-route-captured-by-vpn, by pings through an API', () => {
  test('is proven by pass, pass and fail, where the route is seen and a neighbour answers', () => {
    const verdict = judge(outage);
    expect(verdict).toMatchObject({
      is: 'present',
      certainty: 'proven',
      because: expect.stringMatching(/truenas .*into the Tailscale tunnel/),
      also: ['10.0.0.1'],
      byHand: { now: 'tailscale set --accept-routes=false' },
    });
    const answers = verdict.is === 'present' ? verdict.evidence.map(({ answer }) => answer) : [];
    expect(answers).toEqual([
      'true: talos-1 answers by the way it chooses for itself',
      'true: talos-1 answers by enp1s0',
      'false: talos-1 gives no answer from 10.0.0.210',
      'true: 10.0.0.38 answers from 10.0.0.210',
      '10.0.0.197/32 dev tailscale0 table 52',
      '"accept_routes": true, "auth_once": true',
      expect.stringMatching(/no answer in 1000 ms/),
      expect.stringMatching(/answered in 2 ms/),
    ]);
  });

  test('tells what was changed on the NAS shortly before', () => {
    const { truenas } = nas;
    if (!truenas?.changes.seen) throw new Error('no audit');
    const value = truenas.changes.value.map((one) => ({ ...one, atUnixMs: AT - 60_000 }));
    const changes = { ...truenas.changes, value };
    const verdict = judge({ ...outage, truenas: { ...truenas, changes } });
    const answers = verdict.is === 'present' ? verdict.evidence.map(({ answer }) => answer) : [];
    expect(answers).toContain('1970-01-01 00:15 UTC admin: app.update (App Update vpn)');
  });

  test('is so also where the client cannot be reached through the tunnel', () => {
    expect(judge({ ...outage, unbound: no })).toMatchObject({ certainty: 'proven' });
  });

  test('is so also where we came in by that address ourselves, and know no neighbour', () => {
    const seen = { ...outage, neighbour: [] };
    expect(judge({ ...seen, reachedAt: '10.0.0.210' })).toMatchObject({ certainty: 'proven' });
    expect(judge({ ...seen, reachedAt: '100.68.1.2' })).toMatchObject({ certainty: 'likely' });
  });

  test.each([
    { when: 'no neighbour shows that the address works at all', change: { neighbour: [] } },
    { when: 'the neighbour is silent as well', change: { neighbour: [false] } },
    { when: 'each ping was sent only once', change: { device: [true], address: [false] } },
    { when: 'no probe shows that replies get lost', change: { probes: [] } },
    { when: 'no control shows that the client has a network', change: { controls: [] } },
    { when: 'they were sent minutes apart from the probes', change: { atUnixMs: AT + 90_000 } },
    {
      when: 'nothing could be pinged, and only the route is seen',
      change: { unbound: [], device: [], address: [], neighbour: [] },
    },
  ])('is likely when $when', ({ change }) => {
    expect(judge({ ...outage, ...change })).toMatchObject({ is: 'present', certainty: 'likely' });
  });

  test.each([
    { when: 'the LAN is pinned, though the route is there', change: { address: yes } },
    { when: 'the service answers the client', change: { probes: [probe('answered', 3)] } },
  ])('is absent when $when', ({ change }) => {
    expect(judge({ ...outage, ...change })).toMatchObject({ is: 'absent' });
  });

  const without52 = (all: readonly Route[]) => all.filter(({ table }) => table !== 52);
  test.each<{ when: string; change: Seen }>([
    {
      when: 'nothing was pinged and no probe was silent',
      change: { unbound: [], device: [], address: [], neighbour: [], probes: [] },
    },
    { when: 'the client answers no ping at all', change: { unbound: no, device: no } },
    { when: 'packets get lost now and then', change: { address: [true, false] } },
    { when: 'no VPN route was seen: another rule may misroute it', change: { routes: without52 } },
    {
      when: 'the VPN route is for another neighbour',
      change: { routes: (all) => all.filter(({ prefix }) => prefix !== '10.0.0.197/32') },
    },
    {
      when: 'the route is an exit node, of which the API does not tell',
      change: {
        routes: (all) =>
          all.map((one) =>
            one.prefix === '10.0.0.197/32' ? { ...one, prefix: '0.0.0.0/0' } : one,
          ),
      },
    },
    {
      when: 'the route is for its own subnet beside a default route, as an exit node has',
      change: {
        routes: (all) =>
          all.flatMap((one) =>
            one.prefix === '10.0.0.197/32'
              ? ['10.0.0.0/24', '0.0.0.0/0'].map((prefix) => ({ ...one, prefix }))
              : [one],
          ),
      },
    },
    {
      when: 'the VPN route stands in the main table, where lengths decide',
      change: { routes: (all) => all.map((one) => ({ ...one, table: 254 })) },
    },
  ])('is unknown when $when', ({ change }) => {
    expect(judge({ ...outage, ...change })).toMatchObject({ is: 'unknown' });
  });
});
