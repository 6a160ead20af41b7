import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
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

describeWith(['namespaces', 'ip'], 'what the emulated TrueNAS 25.10 tells of itself', () => {
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
});
