import { expect, test } from 'vitest';
import { localReach } from '../../test/support/local-reach.ts';
import { makeChecks } from './checks.ts';

test('makeChecks() comes to an end though the clock is set back', async () => {
  let now = 0;
  const clock = { now: () => (now -= 1000), wait: () => Promise.resolve() };
  const check = { host: 'far', vantage: 'ssh://far', reads: 'echo no', predicts: 'yes' };
  const context = {
    ...{ reach: localReach(), vantage: 'ssh://far', clock, tell: () => undefined },
    signal: AbortSignal.timeout(30_000),
  };
  const step = { checks: [{ ...check, matches: ['yes'], lacks: [] }], hostName: 'far' };
  expect(await makeChecks(step, context)).toEqual([
    { ok: false, ran: true, line: 'far$ echo no  =>  no  (expected: yes)' },
  ]);
});
