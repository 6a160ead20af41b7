import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { reach, routingState, startTestLab } from '../support/lab.ts';
import { localApi } from '../support/local-api.ts';
import {
  logInWithKey,
  type Message,
  type NasSocket,
  type NasWire,
  nasWire,
} from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip'], 'what the emulated TrueNAS runs by itself', () => {
  let lab: Lab;
  let wire: NasWire;
  let socket: NasSocket;
  beforeAll(async () => {
    lab = await startTestLab({ truenas: '25.10' });
    await connect();
  });
  afterAll(async () => {
    wire?.close();
    await lab?.stop();
  });

  async function connect(): Promise<void> {
    wire = await nasWire(lab);
    socket = await wire.socket('/api/current');
    await logInWithKey(socket, 'truenas_admin', LAB_API_KEY);
    await socket.result('core.set_options', { legacy_jobs: false });
  }

  test('a reboot of a healthy NAS leaves rules, routes and addresses as they were', async () => {
    const healthy = await routingState(lab);
    wire.close();
    await lab.reboot('nas');
    await connect();
    expect(await routingState(lab)).toBe(healthy);
  });

  test('a POSTINIT command keeps the LAN pinned over a reboot, which drops all else', async () => {
    const rules = async () => (await lab.exec('nas', ['ip', 'rule'])).stdout;
    const pin = 'priority 2500 to 10.0.0.0/24 lookup main';
    await lab.exec('nas', [
      'ip',
      'rule',
      'add',
      ...'priority 2400 to 10.99.0.0/24 lookup main'.split(' '),
    ]);
    const made = (await socket.result('initshutdownscript.create', {
      type: 'COMMAND',
      command: `ip rule add ${pin}`,
      when: 'POSTINIT',
      comment: 'returnpath',
    })) as Message;
    expect(made).toMatchObject({ enabled: true, timeout: 10, script: '' });
    expect(await rules()).not.toContain('2500:');
    await lab.break('accept-routes');
    const bootId = await socket.result('system.boot_id');
    wire.close();
    await lab.reboot('nas');
    await connect();
    expect(await socket.result('system.boot_id')).not.toBe(bootId);
    await expect
      .poll(rules, { timeout: 10_000 })
      .toMatch(/^2500:\tfrom all to 10\.0\.0\.0\/24 lookup main/m);
    await expect.poll(rules, { timeout: 10_000 }).toContain('5270:');
    expect(await rules()).not.toContain('2400:');
    const { body } = await localApi(lab, { path: '/localapi/v0/prefs' });
    expect(JSON.parse(body)).toMatchObject({ RouteAll: true });
    expect(await reach(lab, { host: 'node', to: '10.0.0.210', port: 2049 })).toBe('answered');
    expect(
      await socket.result('initshutdownscript.update', made['id'], { enabled: false }),
    ).toMatchObject({ enabled: false });
    expect(await socket.result('initshutdownscript.delete', made['id'])).toBe(true);
    expect(await socket.result('initshutdownscript.query')).toEqual([]);
    await lab.mend('accept-routes');
  });

  test('a cron job runs on demand as root, and its log has what it said', async () => {
    const job = { user: 'root', command: 'id -u; ip rule; exit 3', enabled: false, schedule: {} };
    const { id } = (await socket.result('cronjob.create', job)) as { id: number };
    expect(await socket.call('cronjob.run', id)).toMatchObject({
      error: { data: { reason: expect.stringContaining('exited with 3') } },
    });
    const [entry] = (await socket.result('core.get_jobs', [
      ['method', '=', 'cronjob.run'],
    ])) as readonly Message[];
    expect(entry).toMatchObject({
      state: 'FAILED',
      logs_excerpt: expect.stringMatching(/^0\n0:\tfrom all lookup local/),
    });
    const url = (await socket.result('core.job_download_logs', entry?.['id'], 'log.txt')) as string;
    const { status, body } = await wire.http({ path: url });
    expect(status).toBe(200);
    expect(body).toContain('5270:');
    expect((await wire.http({ path: url })).status).toBe(403);
    expect(await socket.result('cronjob.delete', id)).toBe(true);
  });

  test('a file is fetched by a token that works once and from one address', async () => {
    const [, url] = (await socket.result(
      'core.download',
      'filesystem.get',
      ['/etc/hostname'],
      'h',
    )) as [number, string];
    const other = await nasWire(lab, 'router');
    expect((await other.http({ path: url })).status).toBe(403);
    other.close();
    const { status, body } = await wire.http({ path: url });
    expect({ status, isEmpty: body === '' }).toEqual({ status: 200, isEmpty: false });
  });

  test('NFS stops and starts as the API says', async () => {
    const isUp = () => reach(lab, { host: 'utility', to: '10.0.0.210', port: 2049 });
    const state = () => socket.result('service.query', [['service', '=', 'nfs']], { get: true });
    expect(await socket.result('service.control', 'STOP', 'nfs')).toBe(true);
    expect(await isUp()).toBe('refused');
    expect(await state()).toMatchObject({ state: 'STOPPED' });
    expect(await socket.result('service.control', 'START', 'nfs')).toBe(true);
    expect(await isUp()).toBe('answered');
    expect(await state()).toMatchObject({ state: 'RUNNING' });
  });

  test('another release comes without a reboot, for tests of upgrades', async () => {
    await lab.release('26.0');
    expect((await wire.http({ path: '/api/v2.0/system/version', key: LAB_API_KEY })).status).toBe(
      404,
    );
    expect(await socket.result('system.version')).toBe('TrueNAS-26.0.0');
    await lab.release('25.10');
    expect((await wire.http({ path: '/api/v2.0/system/version', key: LAB_API_KEY })).status).toBe(
      200,
    );
  });
});
