import { afterEach, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { startTestLab } from '../support/lab.ts';
import { logInWithKey, type NasWire, nasWire } from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip'], 'releases of the emulated TrueNAS', () => {
  let lab: Lab | undefined;
  let wire: NasWire;
  const up = async (truenas: string) => {
    lab = await startTestLab({ truenas });
    wire = await nasWire(lab);
  };
  afterEach(async () => {
    wire.close();
    await lab?.stop();
    lab = undefined;
  });

  const rest = (path: string, more: object = {}) =>
    wire.http({ path: `/api/v2.0${path}`, key: LAB_API_KEY, ...more });
  const refused = (path: string) =>
    wire.socket(path).then(
      () => 'taken',
      (error: Error) => error.message,
    );

  test('24.10 has REST and DDP, and no JSON-RPC', async () => {
    await up('24.10');
    expect(await rest('/system/version')).toEqual({
      status: 200,
      body: '"TrueNAS-SCALE-24.10.2.4"',
    });
    expect(await refused('/api/current')).toContain('404');
    expect((await wire.http({ path: '/api/versions' })).status).toBe(404);
    const socket = await wire.socket('/websocket');
    socket.send({ msg: 'method', id: 'early', method: 'core.ping', params: [] });
    await socket.message(({ msg }) => msg === 'failed');
    socket.send({ msg: 'connect', version: '1', support: ['1'] });
    await socket.message(({ msg }) => msg === 'connected');
    socket.send({ msg: 'method', id: 'a', method: 'system.version', params: [] });
    expect(await socket.message(({ id }) => id === 'a')).toMatchObject({
      msg: 'result',
      error: { error: 207, errname: 'ENOTAUTHENTICATED', type: null },
    });
    const careful = ['careful_admin', 'lab-only-password'];
    socket.send({ msg: 'method', id: '2fa', method: 'auth.two_factor_auth', params: careful });
    expect(await socket.message(({ id }) => id === '2fa')).toMatchObject({ result: true });
    socket.send({ msg: 'method', id: 'new', method: 'auth.login_ex', params: [{}] });
    expect(await socket.message(({ id }) => id === 'new')).toMatchObject({
      error: { error: 201, errname: 'ENOMETHOD' },
    });
    const login = ['truenas_admin', 'lab-only-password'];
    socket.send({ msg: 'method', id: 'b', method: 'auth.login', params: login });
    expect(await socket.message(({ id }) => id === 'b')).toMatchObject({ result: true });
    socket.send({ msg: 'method', id: 'c', method: 'app.query', params: [[], { limit: 1 }] });
    expect(await socket.message(({ id }) => id === 'c')).toMatchObject({
      result: [{ name: 'tailscale' }],
    });
    socket.close();
  });

  test('REST follows the methods: queries, instances, bodies, words for what is wrong', async () => {
    await up('24.10');
    const json = async (path: string, more: object = {}) =>
      JSON.parse((await rest(path, more)).body) as unknown;
    expect(await json('/interface?name=enp1s0')).toMatchObject([{ id: 'enp1s0' }]);
    expect(await json('/app/id/tailscale')).toMatchObject({ state: 'RUNNING' });
    const config = await json('/app/config', { method: 'POST', body: 'tailscale' });
    expect(config).toHaveProperty('tailscale.accept_routes', false);
    const ping = { hostname: '10.0.0.1', timeout: 2, count: 1 };
    expect(await json('/core/ping_remote', { method: 'POST', body: ping })).toBe(true);
    expect((await rest('/app/id/nope')).status).toBe(404);
    expect((await rest('/no/such')).status).toBe(404);
    expect((await rest('/system/version', { method: 'POST' })).status).toBe(405);
    expect((await rest('/interface', { method: 'DELETE' })).status).toBe(405);
    expect((await rest('/system/version', { key: '1-wrong' })).status).toBe(401);
  });

  test('26.0 has JSON-RPC and no REST, and shows the main table alone', async () => {
    await up('26.0');
    expect((await rest('/system/version')).status).toBe(404);
    const { body } = await wire.http({ path: '/api/versions' });
    expect(JSON.parse(body)).toContain('v26.0.0');
    const socket = await wire.socket('/api/v26.0.0');
    await logInWithKey(socket, 'truenas_admin', LAB_API_KEY);
    const routes = (await socket.result('route.system_routes')) as readonly { table_id: number }[];
    expect(new Set(routes.map(({ table_id }) => table_id))).toEqual(new Set([254]));
    expect(await socket.call('service.start', 'nfs')).toHaveProperty('result', true);
    socket.close();
  });
});
