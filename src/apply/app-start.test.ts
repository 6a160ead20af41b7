import { describe, expect, test } from 'vitest';
import { localReach } from '../../test/support/local-reach.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Change } from '../model/plan.ts';
import { untilStarted } from './app-start.ts';
import type { HandContext } from './hand.ts';

const CHANGE = {
  ...{ kind: 'truenas-app', app: 'vpn', group: 'tailscale', key: 'accept_routes' },
  ...{ from: true, to: false },
} as Change & { kind: 'truenas-app' };

/** @param states What the API says of the app, one look after the other; the last stays. */
function nas(states: readonly (string | Error)[]) {
  let now = 0;
  const asked: string[] = [];
  const logIns: number[] = [];
  const call = (method: string) => {
    const state = states[Math.min(asked.length, states.length - 1)];
    asked.push(method);
    const others = { name: 'photos', state: 'RUNNING' };
    return state instanceof Error
      ? Promise.reject(state)
      : Promise.resolve([others, { name: 'vpn', state }]);
  };
  const sh = () => Promise.resolve({ stdout: 'rp-there\n', stderr: '', exitCode: 0 });
  const open = { truenas: { call }, sh };
  const context = {
    reach: {
      ...localReach(),
      vantage: () => Promise.resolve(open),
      anew: () => {
        logIns.push(now);
        return Promise.resolve(open);
      },
    },
    vantage: 'truenas://nas',
    clock: {
      now: () => now,
      wait: (ms: number) => {
        now += ms;
        return Promise.resolve();
      },
    },
    signal: AbortSignal.timeout(10_000),
    tell: () => undefined,
  } as unknown as HandContext;
  return { context, asked, logIns };
}

describe('untilStarted()', () => {
  test('waits until the app runs, by the connection that it has, then logs in anew', async () => {
    const lost = new OutsideError({ doing: 'call', found: 'the connection was cut' });
    const { context, asked, logIns } = nas(['DEPLOYING', lost, 'CRASHED', 'RUNNING']);
    await untilStarted(CHANGE, context);
    expect(asked).toHaveLength(4);
    expect(logIns).toHaveLength(1);
  });

  test.each([
    { what: 'crashes', states: ['DEPLOYING', 'CRASHED'], says: 'its state is CRASHED' },
    { what: 'has no container any more', states: ['STOPPED'], says: 'its state is STOPPED' },
    {
      what: 'takes the way to the NAS along',
      states: [new OutsideError({ doing: 'call', found: 'no way' })],
      says: 'not known: the API does not answer',
    },
  ])('does not call an app started that $what', async ({ states, says }) => {
    const { context, asked } = nas(states);
    await expect(untilStarted(CHANGE, context)).rejects.toThrow(says);
    // each look may be a log-in: 20 a minute, over two minutes
    expect(asked.length).toBeLessThan(25);
  });

  test('waits for nothing where the app did not run before', async () => {
    const { context, asked } = nas(['STOPPED']);
    await untilStarted({ ...CHANGE, stopped: true }, context);
    expect(asked).toEqual([]);
  });
});
