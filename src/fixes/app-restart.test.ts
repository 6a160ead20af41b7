import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fixCase } from '../../test/support/fix-case.ts';
import { missing, seen } from '../model/fact.ts';
import type { HostFacts } from '../model/host.ts';
import { Snapshot } from '../model/snapshot.ts';
import type { TailscaleStatus } from '../model/tailscale.ts';
import type { TailscaleApp } from '../model/truenas.ts';
import { appRestart } from './app-restart.ts';
import type { FixCase } from './fix.ts';
import { truenasAppAcceptRoutesOff } from './truenas-app-accept-routes-off.ts';

const READ_AT = Date.parse('2026-08-22T12:00:00Z');
const DAY_MS = 86_400_000;

const APP: TailscaleApp = {
  name: 'tailscale',
  state: 'RUNNING',
  version: '1.4.14',
  containers: ['f00'],
  acceptRoutes: true,
  authOnce: true,
  reset: false,
  userspace: false,
  hostNetwork: true,
  advertiseRoutes: [],
  keepsState: true,
  hasAuthKey: true,
};

const RECORDED = Snapshot.parse(
  JSON.parse(readFileSync('recordings/accept-routes.snapshot.json', 'utf8')),
);

function caseWith(change: (nas: HostFacts) => HostFacts): FixCase {
  const nas = RECORDED.hosts[RECORDED.question.to];
  if (!nas) throw new Error('the recording has no NAS');
  const c = fixCase(change(nas), 'truenas://10.0.0.210', 60);
  return { ...c, api: c.vantage };
}

/** @param days Until the key expires; undefined: never. */
function keyFor(days: number | undefined): FixCase {
  const expires = days === undefined ? {} : { keyExpiresUnixMs: READ_AT + days * DAY_MS };
  const status: TailscaleStatus = {
    version: '1.102.3',
    backendState: 'Running',
    tun: true,
    peers: [],
    ...expires,
  };
  return caseWith((nas) => ({
    ...nas,
    tailscale: { ...nas.tailscale, status: seen(status, 'curl', READ_AT) },
  }));
}

describe('appRestart()', () => {
  test.each([
    { key: 'never expires', days: undefined, costs: [], warnings: [] },
    { key: 'expires in eight days', days: 8, costs: [], warnings: [] },
    {
      key: 'expires in seven days',
      days: 7,
      costs: [],
      warnings: [/expires on 2026-08-29, in 7 days: .* by the auth key of the app\. Renew/],
    },
    {
      key: 'expires within the day',
      days: 0.5,
      costs: [],
      warnings: [/expires on 2026-08-23, in 1 day: /],
    },
    {
      key: 'expires at this moment',
      days: 0,
      costs: [/a new log-in: the node key of .* expired on 2026-08-22/],
      warnings: [/logs .* in anew, by the auth key of the app, and sets what the app says/],
    },
  ])('a node key that $key', ({ days, costs, warnings }) => {
    expect(appRestart(keyFor(days), APP)).toEqual({
      costs: costs.map((words) => expect.stringMatching(words)),
      warnings: warnings.map((words) => expect.stringMatching(words)),
    });
  });

  test('says so where nobody knows when the key expires', () => {
    const c = caseWith((nas) => ({
      ...nas,
      tailscale: { ...nas.tailscale, status: missing('needs root') },
    }));
    expect(appRestart(c, APP).warnings).toEqual([
      expect.stringMatching(/^whether the node key of \S+ has expired is not known: needs root$/),
    ]);
  });

  test('names a person where the app has no auth key for the new log-in', () => {
    const { warnings } = appRestart(keyFor(-1), { ...APP, hasAuthKey: false });
    expect(warnings.join()).toMatch(/by a person: the app has no auth key/);
  });

  test.each([
    { app: 'keeps its state and has an auth key', change: {}, refused: false },
    { app: 'keeps its state alone', change: { hasAuthKey: false }, refused: false },
    { app: 'has an auth key alone', change: { keepsState: false }, refused: false },
    { app: 'has neither', change: { keepsState: false, hasAuthKey: false }, refused: true },
  ])('an app that $app: refused $refused', ({ change, refused }) => {
    const { refusal } = appRestart(keyFor(undefined), { ...APP, ...change });
    expect(refusal !== undefined).toBe(refused);
  });

  test.each([
    { place: '10.0.0.210', costs: [] },
    { place: '100.68.1.2', costs: [expect.stringMatching(/restarts \(100\.68\.1\.2\)/)] },
    {
      place: 'fd7a:115c:a1e0::4401:102',
      costs: [expect.stringMatching(/have a second one first/)],
    },
  ])('asks for a second way in where one comes by $place', ({ place, costs }) => {
    const c = keyFor(undefined);
    const reached = { ...c, host: { ...c.host, reachedAt: place } };
    expect(appRestart(reached, APP).costs).toEqual(costs);
  });
});

describe('truenas-app-accept-routes-off', () => {
  const planWith = (app: TailscaleApp) => {
    const truenas = {
      version: seen('25.10', 'api', READ_AT),
      transport: 'JSON-RPC 25.10',
      tailscaleApps: seen([app], 'app.query', READ_AT),
      services: missing<never>('not asked'),
      nfsBindAddresses: missing<never>('not asked'),
      nfsExports: missing<never>('not asked'),
      dockerPools: missing<never>('not asked'),
      alerts: missing<never>('not asked'),
      changes: missing<never>('not asked'),
    };
    const c = keyFor(undefined);
    return truenasAppAcceptRoutesOff.plan({ ...c, host: { ...c.host, truenas } });
  };

  test('is a step of its own where the node comes back by itself', () => {
    expect(planWith(APP)).toMatchObject({
      is: 'possible',
      steps: [{ when: 'later', change: { kind: 'truenas-app' } }],
    });
  });

  test('is refused, and left to a person, where a restart would log the node out', () => {
    expect(planWith({ ...APP, keepsState: false, hasAuthKey: false })).toMatchObject({
      is: 'possible',
      steps: [
        {
          when: 'later',
          what: expect.stringMatching(/^REFUSED: "tailscale" keeps no state and has no auth key/),
          change: { kind: 'person' },
          vantage: '',
        },
      ],
    });
  });
});

test('an app that is stopped is not restarted by its step, and nobody waits for it', () => {
  const stepsFor = (state: string) => {
    const c = caseWith((nas) => {
      const tailscaleApps = seen([{ ...APP, state }], 'app.query', READ_AT);
      return { ...nas, truenas: { tailscaleApps } as unknown as HostFacts['truenas'] };
    });
    const plan = truenasAppAcceptRoutesOff.plan(c);
    return plan.is === 'possible' ? plan.steps : [];
  };
  expect(stepsFor('STOPPED')).toMatchObject([{ change: { stopped: true }, costs: [] }]);
  const [running] = stepsFor('RUNNING');
  expect(running?.change).not.toHaveProperty('stopped');
  expect(running?.costs[0]).toMatch(/^restarts the container/);
});
