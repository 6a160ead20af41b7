import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { startTestLab } from '../support/lab.ts';
import { logInWithKey, type NasSocket, type NasWire, nasWire } from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';

const API = '/api/current';

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
});
