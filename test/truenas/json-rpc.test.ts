import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import {
  LAB_API_KEY,
  LAB_APPS_KEY,
  LAB_READONLY_KEY,
  otpOf,
} from '../../src/lab/truenas/accounts.ts';
import { startTestLab } from '../support/lab.ts';
import {
  logInWithKey,
  type Message,
  type NasSocket,
  type NasWire,
  nasWire,
} from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';

const API = '/api/current';
const OTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

describeWith(['namespaces', 'ip'], 'JSON-RPC of the emulated TrueNAS 25.10', () => {
  let lab: Lab;
  let wire: NasWire;
  beforeAll(async () => {
    lab = await startTestLab({ truenas: '25.10' });
    wire = await nasWire(lab);
  });
  afterAll(async () => {
    wire?.close();
    await lab?.stop();
  });

  const admin = async (): Promise<NasSocket> => {
    const socket = await wire.socket(API);
    await logInWithKey(socket, 'truenas_admin', LAB_API_KEY);
    return socket;
  };

  test('answers a call before log-in with errno 207', async () => {
    const socket = await wire.socket(API);
    expect(await socket.call('system.version')).toMatchObject({
      jsonrpc: '2.0',
      error: {
        code: -32_001,
        message: 'Method call error',
        data: {
          error: 207,
          errname: 'ENOTAUTHENTICATED',
          reason: '[ENOTAUTHENTICATED] Not authenticated',
        },
      },
    });
    socket.close();
  });

  describe('log-in', () => {
    test('with a key of the right user succeeds, and says who it is', async () => {
      const socket = await wire.socket(API);
      const answer = await logInWithKey(socket, 'truenas_admin', LAB_API_KEY);
      expect(answer).toMatchObject({
        response_type: 'SUCCESS',
        user_info: { pw_name: 'truenas_admin', privilege: { web_shell: true } },
      });
      expect(await socket.result('system.version')).toBe('TrueNAS-25.10.0');
      socket.close();
    });

    test.each([
      {
        what: 'a wrong key',
        data: { username: 'truenas_admin', api_key: '1-wrong' },
        is: 'AUTH_ERR',
      },
      {
        what: 'the key of another user',
        data: { username: 'root', api_key: LAB_API_KEY },
        is: 'AUTH_ERR',
      },
      {
        what: 'an expired key',
        data: { username: 'truenas_admin', api_key: '4-lab-only-key-of-the-year-before-last' },
        is: 'EXPIRED',
      },
    ])('with $what answers $is and lets nobody in', async ({ data, is }) => {
      const socket = await wire.socket(API);
      const answer = await socket.result('auth.login_ex', { mechanism: 'API_KEY_PLAIN', ...data });
      expect(answer).toEqual({ response_type: is });
      expect(await socket.call('system.version')).toHaveProperty('error');
      socket.close();
    });

    test('with a password and a second factor asks for the code', async () => {
      const socket = await wire.socket(API);
      const login = {
        mechanism: 'PASSWORD_PLAIN',
        username: 'careful_admin',
        password: 'lab-only-password',
      };
      expect(await socket.result('auth.login_ex', login)).toEqual({
        response_type: 'OTP_REQUIRED',
        username: 'careful_admin',
      });
      const otp_token = otpOf(OTP_SECRET, Date.now());
      expect(
        await socket.result('auth.login_ex_continue', { mechanism: 'OTP_TOKEN', otp_token }),
      ).toMatchObject({ response_type: 'SUCCESS', authenticator: 'LEVEL_2' });
      socket.close();
    });

    test('with a token works from the same address only', async () => {
      const socket = await admin();
      const token = await socket.result('auth.generate_token');
      const here = await wire.socket(API);
      expect(await here.result('auth.login_ex', { mechanism: 'TOKEN_PLAIN', token })).toMatchObject(
        {
          response_type: 'SUCCESS',
        },
      );
      const elsewhere = await nasWire(lab, 'node');
      const there = await elsewhere.socket(API);
      expect(await there.result('auth.login_ex', { mechanism: 'TOKEN_PLAIN', token })).toEqual({
        response_type: 'AUTH_ERR',
      });
      for (const each of [socket, here, there]) each.close();
      elsewhere.close();
    });

    test('of an unknown kind is a wrong parameter', async () => {
      const socket = await wire.socket(API);
      expect(await socket.call('auth.login_ex', { mechanism: 'SMILE' })).toMatchObject({
        error: { code: -32_602, message: 'Invalid params', data: { error: 22 } },
      });
      socket.close();
    });
  });

  describe('a frame', () => {
    test.each([
      { what: 'that is no JSON', frame: '{', code: -32_700 },
      {
        what: 'that is a batch',
        frame: '[{"jsonrpc":"2.0","method":"core.ping","id":1}]',
        code: -32_700,
      },
      { what: 'of another protocol', frame: '{"msg":"connect","version":"1"}', code: -32_600 },
      {
        what: 'with named parameters',
        frame: '{"jsonrpc":"2.0","id":1,"method":"core.ping","params":{}}',
        code: -32_600,
      },
      {
        what: 'with an unknown method',
        frame: '{"jsonrpc":"2.0","id":1,"method":"no.such"}',
        code: -32_601,
      },
    ])('$what is answered with $code', async ({ frame, code }) => {
      const socket = await wire.socket(API);
      socket.send(frame);
      const { error } = await socket.message(() => true);
      expect(error).toMatchObject({ code });
      socket.close();
    });

    test('longer than 8 KiB before log-in ends the connection with 1007', async () => {
      const socket = await wire.socket(API);
      socket.send(
        JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'core.ping', params: ['x'.repeat(8_192)] }),
      );
      expect(await socket.closed).toBe(1007);
    });

    test('longer than 64 KiB after log-in ends it with 1009', async () => {
      const socket = await admin();
      socket.send(
        JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'core.ping',
          params: ['x'.repeat(65_536)],
        }),
      );
      expect(await socket.closed).toBe(1009);
    });

    test('that is binary ends it with 1003', async () => {
      const socket = await admin();
      socket.sendBytes('{}');
      expect(await socket.closed).toBe(1003);
    });
  });

  test('takes twenty calls at a time and refuses the next', async () => {
    const socket = await admin();
    const ask = { hostname: '10.0.0.99', timeout: 1, count: 1 };
    const answers = await Promise.all(
      Array.from({ length: 23 }, () => socket.call('core.ping_remote', ask)),
    );
    const refused = answers.filter(({ error }) => error !== undefined);
    expect(refused).toHaveLength(3);
    expect(refused[0]?.['error']).toMatchObject({ code: -32_000 });
    socket.close();
  });

  test('refuses whoever asks twenty-one times a minute without a log-in', async () => {
    const other = await nasWire(lab, 'router');
    const socket = await other.socket(API);
    for (let turn = 0; turn < 20; turn += 1) expect(await socket.result('core.ping')).toBe('pong');
    expect(await socket.call('core.ping')).toMatchObject({
      error: { code: -32_001, data: { errname: 'EBUSY' } },
    });
    socket.close();
    other.close();
  });

  describe('rights', () => {
    test('of a reader end where something is changed or tried', async () => {
      const socket = await wire.socket(API);
      await logInWithKey(socket, 'viewer', LAB_READONLY_KEY);
      expect(await socket.result('app.config', 'tailscale')).toHaveProperty('tailscale');
      for (const [method, param] of [
        ['app.update', 'tailscale'],
        ['core.ping_remote', { hostname: '10.0.0.1' }],
      ] as const) {
        expect(await socket.call(method, param)).toMatchObject({
          error: { code: -32_001, data: { error: 13, reason: '[EACCES] Not authorized' } },
        });
      }
      socket.close();
    });

    test('of an app operator reach apps and not the ping', async () => {
      const socket = await wire.socket(API);
      await logInWithKey(socket, 'apps_operator', LAB_APPS_KEY);
      expect(await socket.call('core.ping_remote', { hostname: '10.0.0.1' })).toHaveProperty(
        'error',
      );
      expect(await socket.result('app.query', [['name', '=', 'tailscale']])).toHaveLength(1);
      socket.close();
    });
  });

  describe('reads', () => {
    test('the interfaces of the kernel without the tunnel', async () => {
      const socket = await admin();
      const found = (await socket.result('interface.query')) as readonly Message[];
      expect(found.map(({ id }) => id)).toEqual(['enp1s0']);
      expect(found[0]?.['aliases']).toContainEqual({
        type: 'INET',
        address: '10.0.0.210',
        netmask: 24,
      });
      socket.close();
    });

    test('the routes of every table, table 52 too', async () => {
      const socket = await admin();
      const routes = (await socket.result('route.system_routes', [
        ['table_id', '=', 52],
      ])) as readonly Message[];
      expect(routes).toContainEqual(
        expect.objectContaining({
          network: '100.100.100.100',
          netmask: '255.255.255.255',
          interface: 'tailscale0',
        }),
      );
      const main = await socket.result(
        'route.system_routes',
        [
          ['network', '=', '10.0.0.0'],
          ['table_id', '=', 254],
        ],
        { get: true },
      );
      expect(main).toMatchObject({
        netmask: '255.255.255.0',
        interface: 'enp1s0',
        preferred_source: '10.0.0.210',
        scope: 253,
      });
      socket.close();
    });

    test('the app with its key in clear, as the real one does', async () => {
      const socket = await admin();
      const [app] = (await socket.result('app.query', [
        ['metadata.name', '=', 'tailscale'],
      ])) as readonly Message[];
      expect(app).toMatchObject({ state: 'RUNNING', metadata: { train: 'community' } });
      expect(await socket.result('app.config', 'tailscale')).toMatchObject({
        tailscale: {
          accept_routes: false,
          auth_once: true,
          auth_key: expect.stringMatching(/^tskey-/),
        },
        network: { host_network: true },
      });
      const choices = (await socket.result('app.container_console_choices', 'tailscale')) as object;
      expect(Object.keys(choices)[0]).toMatch(/^[0-9a-f]{64}$/);
      socket.close();
    });

    test('an app that is not there is an unknown instance', async () => {
      const socket = await admin();
      expect(await socket.call('app.get_instance', 'nope')).toMatchObject({
        error: { code: -32_602, data: { extra: [[null, "App 'nope' does not exist", 2]] } },
      });
      socket.close();
    });

    test('pings that pass, pass and fail in the outage', async () => {
      const socket = await admin();
      const ping = (by?: string) =>
        socket.result('core.ping_remote', {
          type: 'ICMP',
          hostname: '10.0.0.197',
          timeout: 1,
          count: 1,
          ...(by ? { interface: by } : {}),
        });
      await lab.break('accept-routes');
      expect([await ping(), await ping('enp1s0'), await ping('10.0.0.210')]).toEqual([
        true,
        true,
        false,
      ]);
      expect(await socket.result('core.arp', { ip: '10.0.0.197' })).toEqual({
        '10.0.0.197': '94:c6:91:2f:01:97',
      });
      await lab.mend('accept-routes');
      expect(await ping('10.0.0.210')).toBe(true);
      socket.close();
    });
  });

  // last: the key is dead afterwards
  test('revokes a key that comes over plain transport, for every way in', async () => {
    const node = await nasWire(lab, 'node');
    const plain = await node.socket(API, 'plain');
    expect(await logInWithKey(plain, 'truenas_admin', LAB_API_KEY)).toEqual({
      response_type: 'EXPIRED',
    });
    const secure = await node.socket(API);
    expect(await logInWithKey(secure, 'truenas_admin', LAB_API_KEY)).toEqual({
      response_type: 'AUTH_ERR',
    });
    const rest = await node.http({ path: '/api/v2.0/system/version', key: LAB_API_KEY });
    expect(rest.status).toBe(401);
    await logInWithKey(secure, 'viewer', LAB_READONLY_KEY);
    const alerts = (await secure.result('alert.list')) as readonly Message[];
    expect(alerts).toEqual([expect.objectContaining({ klass: 'ApiKeyRevoked', level: 'WARNING' })]);
    node.close();
    plain.close();
    secure.close();
  });
});
