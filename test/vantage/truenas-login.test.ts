import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  FAKE_CODE,
  FAKE_KEY,
  FAKE_PASSWORD,
  type FakeTruenasOptions,
  Refusal,
} from '../support/fake-truenas.ts';
import {
  open,
  problemOf,
  scratch,
  start,
  stopAll,
  withPassword,
} from '../support/truenas-client.ts';

describe('log-in to a TrueNAS', () => {
  test('with a key goes over JSON-RPC where there is one', async () => {
    const fake = await start();
    const { truenas } = await open(fake);
    expect(truenas).toMatchObject({ transport: 'JSON-RPC', version: 'TrueNAS-25.10.0' });
    expect(fake.calls).toContain('auth.login_ex');
  });

  test('without a user name takes the call in which the key says whose it is', async () => {
    const fake = await start();
    await open(fake, {}, '127.0.0.1');
    expect(fake.calls[0]).toBe('auth.login_with_api_key');
  });

  test.each([
    { errname: 'ENOMETHOD', reason: 'no such method' },
    { errname: 'ENOENT', reason: '[ENOENT] Method not found' },
  ])('over DDP takes the older call where there is no newer, $errname', async (refusal) => {
    const gone = () => {
      throw new Refusal(201, refusal);
    };
    const fake = await start({ speaks: 'ddp', methods: { 'auth.login_ex': gone } });
    const { truenas } = await open(fake);
    expect(truenas?.transport).toBe('DDP');
    expect(fake.calls.slice(0, 2)).toEqual(['auth.login_ex', 'auth.login_with_api_key']);
  });

  test('takes REST where no WebSocket gets through', async () => {
    const http: FakeTruenasOptions['http'] = (path, authorization) => {
      if (authorization !== `Bearer ${FAKE_KEY}`) return [401, ''];
      return path === '/api/v2.0/system/version' ? [200, '"TrueNAS-25.04.2"'] : [404, '{}'];
    };
    const { truenas } = await open(await start({ speaks: 'neither', http }));
    expect(truenas).toMatchObject({ transport: 'REST v2.0', version: 'TrueNAS-25.04.2' });
  });

  test('says so where there is a web server, but no TrueNAS', async () => {
    const { message } = await problemOf(open(await start({ speaks: 'neither' })));
    expect(message).toMatch(/there is a web server, but not that of a TrueNAS/);
  });

  test('asks for a one-time code where the NAS wants one', async () => {
    const seen: unknown[] = [];
    const login = ([mechanism]: readonly unknown[]) => {
      seen.push(mechanism);
      return { response_type: seen.length === 1 ? 'OTP_REQUIRED' : 'SUCCESS' };
    };
    const fake = await start({ methods: { 'auth.login_ex': login } });
    await open(fake, { ...withPassword, oneTimeCode: () => Promise.resolve(` ${FAKE_CODE}\n`) });
    expect(seen).toEqual([
      { mechanism: 'PASSWORD_PLAIN', username: 'root', password: FAKE_PASSWORD },
      { mechanism: 'OTP_TOKEN', otp_token: FAKE_CODE },
    ]);
  });

  test('says so where a one-time code is wanted and nobody can be asked', async () => {
    const methods = { 'auth.login_ex': () => ({ response_type: 'OTP_REQUIRED' }) };
    const { message } = await problemOf(open(await start({ methods }), withPassword));
    expect(message).toMatch(/wants a one-time code, and nobody can be asked/);
  });

  test.each([
    { type: 'AUTH_ERR', says: /does not accept the key/ },
    { type: 'EXPIRED', says: /expired or was revoked/ },
    { type: 'DENIED', says: /may not use the API/ },
    { type: 'REDIRECT', says: /standby controller/ },
    { type: 'SOMETHING', says: /it said SOMETHING/ },
  ])('tells what $type means', async ({ type, says }) => {
    const methods = { 'auth.login_ex': () => ({ response_type: type }) };
    const { message } = await problemOf(open(await start({ methods })));
    expect(message).toMatch(says);
  });

  test('tells of the rate limit, and shows no key that the NAS quotes', async () => {
    const limited = () => {
      const reason = `Rate limit exceeded for ${FAKE_KEY}`;
      throw new Refusal(-32_001, { error: 16, errname: 'EBUSY', reason });
    };
    const problem = await problemOf(open(await start({ methods: { 'auth.login_ex': limited } })));
    expect(problem.message).toMatch(/limits the rate: Rate limit exceeded for \*\*\*/);
    expect(problem.next).toMatch(/wait a minute/);
  });
});

describe('several addresses of a TrueNAS', () => {
  test('are tried side by side, and what each said is kept', async () => {
    const fake = await start();
    const vantage = await open(fake, {}, 'root@127.0.0.2,127.0.0.1');
    expect(vantage).toMatchObject({ hostId: '127.0.0.2', reachedAt: '127.0.0.1' });
    expect(vantage.attempts?.()).toMatchObject([
      { address: '127.0.0.2', outcome: 'refused' },
      { address: '127.0.0.1', outcome: 'answered' },
    ]);
    // one certificate is trusted for all of them
    const pins = JSON.parse(readFileSync(scratch('state/pins.json'), 'utf8'));
    expect(Object.keys(pins)).toEqual([`127.0.0.2:${fake.port}`, `127.0.0.1:${fake.port}`]);
    expect(new Set(Object.values(pins)).size).toBe(1);
  });

  test('that all fail are told one by one', async () => {
    const { port } = await start();
    await stopAll();
    const { message } = await problemOf(open({ port }, {}, '127.0.0.2,127.0.0.1'));
    expect(message).toBe(
      `Cannot reach the NAS by any of its addresses: 127.0.0.2:${port}: the connection was refused; 127.0.0.1:${port}: the connection was refused`,
    );
  });
});
