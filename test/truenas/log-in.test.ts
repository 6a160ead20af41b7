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

describeWith(['namespaces', 'ip'], 'log-in at the emulated TrueNAS 25.10', () => {
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
