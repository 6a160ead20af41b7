import { describe, expect, test } from 'vitest';
import { FAKE_KEY, FAKE_PASSWORD } from '../support/fake-truenas.ts';
import { never, open, problemOf, start, withPassword } from '../support/truenas-client.ts';

/** A TrueNAS of which only REST gets through; notes what it was asked. */
async function restOnly(answers: Readonly<Record<string, readonly [number, unknown]>>) {
  const asked: string[] = [];
  const fake = await start({
    speaks: 'neither',
    http: (path, authorization, { method, body }) => {
      const plain = path.replace('/api/v2.0', '');
      if (authorization === undefined) return [401, ''];
      asked.push(`${method} ${plain} ${body}`.trim());
      const [status, value] = answers[`${method} ${plain}`] ?? [404, {}];
      return [status, JSON.stringify(value)];
    },
  });
  return { fake, asked };
}

const VERSION = { 'GET /system/version': [200, 'TrueNAS-25.10.0'] } as const;

describe('REST v2.0 of a TrueNAS', () => {
  test('says a method by its path, and its parameters as the body', async () => {
    const { fake, asked } = await restOnly({
      ...VERSION,
      'GET /interface': [200, []],
      'POST /core/ping_remote': [200, true],
      'POST /app/config': [200, {}],
    });
    const { truenas } = await open(fake);
    await truenas?.call('interface.query', [], never);
    await truenas?.call('app.config', ['vpn'], never);
    expect(await truenas?.call('core.ping_remote', [{ hostname: 'x' }], never)).toBe(true);
    expect(asked.slice(1)).toEqual([
      'GET /interface',
      'POST /app/config "vpn"',
      'POST /core/ping_remote {"hostname":"x"}',
    ]);
  });

  test('follows a job by asking for it', async () => {
    const job = { id: 7, method: 'app.update', state: 'SUCCESS', result: 'done', progress: {} };
    const { fake, asked } = await restOnly({
      ...VERSION,
      'PUT /app/id/vpn': [200, 7],
      'GET /core/get_jobs?id=7': [200, [job]],
    });
    const { truenas } = await open(fake);
    expect(await truenas?.job('app.update', ['vpn', { values: {} }], { signal: never })).toBe(
      'done',
    );
    expect(asked.slice(1)).toEqual(['PUT /app/id/vpn {"values":{}}', 'GET /core/get_jobs?id=7']);
  });

  test.each([
    { status: 403, says: /not allowed/ },
    { status: 404, says: /no such method/ },
    { status: 422, says: /HTTP 422: \{"options":/ },
    { status: 401, says: /does not accept the key/ },
  ])('says what $status means', async ({ status, says }) => {
    const { fake } = await restOnly({
      ...VERSION,
      'GET /interface': [status, { options: [{ message: 'wrong' }] }],
    });
    const { truenas } = await open(fake);
    const { message } = await problemOf(truenas?.call('interface.query', [], never));
    expect(message).toMatch(says);
  });

  test('has no form for a method that this program does not use, and no shell', async () => {
    const { fake } = await restOnly(VERSION);
    const vantage = await open(fake);
    const { message } = await problemOf(vantage.truenas?.call('pool.query', [], never));
    expect(message).toMatch(/no known form in REST/);
    await problemOf(vantage.sh('true', { signal: never, limitBytes: 10 }));
  });

  test('takes a password as well, and never shows it', async () => {
    const { fake } = await restOnly({
      ...VERSION,
      'GET /interface': [500, { message: FAKE_PASSWORD }],
    });
    const { truenas } = await open(fake, withPassword);
    const { message } = await problemOf(truenas?.call('interface.query', [], never));
    expect(message).not.toContain(FAKE_KEY);
  });
});
