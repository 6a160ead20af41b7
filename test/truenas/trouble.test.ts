import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { startTestLab } from '../support/lab.ts';
import { type NasApp, nasApp } from '../support/nas-app.ts';
import { type NasWire, nasWire } from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip'], 'trouble with the emulated TrueNAS', () => {
  let lab: Lab;
  let wire: NasWire;
  let app: NasApp;
  beforeEach(async () => {
    lab = await startTestLab({ truenas: '25.10' });
    wire = await nasWire(lab);
    app = await nasApp(lab, wire);
  });
  afterEach(async () => {
    wire?.close();
    await lab?.stop();
  });

  test('job-fails leaves form and container as they were', async () => {
    await lab.trouble('job-fails');
    const before = [await app.values(), await app.containerId()];
    expect(await app.update({ accept_dns: true })).toMatchObject({ state: 'FAILED' });
    expect([await app.values(), await app.containerId()]).toEqual(before);
  });

  test('job-fails-late leaves the new form behind with the old container', async () => {
    await lab.trouble('job-fails-late');
    const id = await app.containerId();
    const job = await app.update({ accept_dns: true });
    expect(job).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining("Failed 'up' action"),
    });
    expect(await app.values()).toMatchObject({ accept_dns: true });
    expect(await app.containerId()).toBe(id);
  });

  test('socket-closes cuts the client off while the job goes on', async () => {
    const whole = { ...(await app.values()), accept_dns: true };
    await lab.trouble('socket-closes');
    app.socket.send({
      jsonrpc: '2.0',
      id: 'u',
      method: 'app.update',
      params: ['tailscale', { values: { tailscale: whole } }],
    });
    expect(await app.socket.closed).toBe(1006);
    app = await nasApp(lab, wire);
    await expect.poll(app.values, { timeout: 20_000 }).toMatchObject({ accept_dns: true });
  });

  test.each([
    { trouble: 'api-refuses', says: 'connection refused' },
    { trouble: 'api-forbids', says: 'Access denied: prefs write access denied' },
  ] as const)('$trouble makes the tailscale program say so', async ({ trouble, says }) => {
    await lab.trouble(trouble);
    const { stderr, exitCode } = await app.tailscale('set', '--accept-routes=true');
    expect(stderr).toContain(says);
    expect(exitCode).toBe(1);
    await lab.trouble();
    expect(await app.tailscale('set', '--accept-routes=true')).toMatchObject({ exitCode: 0 });
  });

  test('api-ignores agrees and changes nothing', async () => {
    await lab.trouble('api-ignores');
    expect(await app.tailscale('set', '--accept-routes=true')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await app.routeAll()).toBe(false);
  });
});
