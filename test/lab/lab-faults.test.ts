import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../src/lab/faults/index.ts';
import type { Lab } from '../../src/lab/start.ts';
import { looksNow, looksOf } from '../support/fault-looks.ts';
import { reach, routingState, startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip', 'nft'], 'faults', () => {
  let lab: Lab;
  let healthy: string;

  beforeAll(async () => {
    lab = await startTestLab();
    healthy = await routingState(lab);
  });
  afterAll(async () => {
    await lab?.stop();
  });

  test.each(faults)('$id shows as it must, and mending it leaves no trace', async (fault) => {
    await lab.break(fault.id);
    await lab.break(fault.id);
    expect(await looksNow(lab, fault)).toEqual(looksOf(fault));
    await lab.mend(fault.id);
    await lab.mend(fault.id);
    expect(await routingState(lab)).toBe(healthy);
    expect(await reach(lab, { host: 'node', to: '10.0.0.210', port: 2049 })).toBe('answered');
  });

  test('of two faults that hold one setting, the later holds it, and then the other again', async () => {
    await lab.break('accept-routes-one');
    await lab.break('accept-routes-lan');
    expect(await table52()).toContain('10.0.0.0/24 dev tailscale0');
    await lab.mend('accept-routes-lan');
    expect(await table52()).toMatch(/^10\.0\.0\.197 dev tailscale0/m);
    expect(await table52()).not.toContain('10.0.0.0/24');
    await lab.mend('accept-routes-one');
    expect(await routingState(lab)).toBe(healthy);
  });

  test('a fault that is not known is refused', async () => {
    await expect(lab.break('full-moon')).rejects.toThrow(/Cannot find the fault "full-moon"/);
  });

  test('a fault of the cluster is refused by a lab that has none', async () => {
    await expect(lab.break('wrong-api-key')).rejects.toThrow(
      'Cannot break "wrong-api-key": this lab has no cluster (lab up --kubernetes)',
    );
  });

  describe('reverse-path filter', () => {
    test.each([
      { id: 'accept-routes-rp1', rises: true, halfOpen: false },
      { id: 'accept-routes-rp0', rises: false, halfOpen: true },
      { id: 'accept-routes', rises: false, halfOpen: true },
    ])('$id: counter rises $rises, SYN-RECV $halfOpen', async ({ id, rises, halfOpen }) => {
      await lab.break(id);
      const before = await filtered();
      const probing = reach(lab, { host: 'node', to: '10.0.0.210', port: 2049, waitMs: 1_500 });
      // the fourth SYN of a client is sent within 1.5 s or never
      const sockets = await lab.exec('nas', ['sh', '-c', HALF_OPEN_WITHIN_ONE_SECOND]);
      expect(await probing).toBe('timed-out');
      expect((await filtered()) > before).toBe(rises);
      expect(sockets.stdout.includes('half-open')).toBe(halfOpen);
      await lab.mend(id);
    });
  });

  test('accept-routes-lan takes the unadvertised host as well', async () => {
    await lab.break('accept-routes-lan');
    expect(await reach(lab, { host: 'utility', to: '10.0.0.210', port: 2049 })).toBe('timed-out');
    await lab.mend('accept-routes-lan');
  });

  test('a preference set by hand is mended too', async () => {
    await lab.break('accept-routes');
    const patch = `
      const { request } = require('node:http');
      const socketPath = '/proc/' + process.argv[1] + '/root/var/run/tailscale/tailscaled.sock';
      request({ socketPath, method: 'PATCH', path: '/localapi/v0/prefs',
        headers: { host: 'local-tailscaled.sock' } }).end('{"RouteAll":false,"RouteAllSet":true}');`;
    const own =
      'for p in $(pgrep -x tailscaled); do [ /proc/$p/ns/net -ef /proc/self/ns/net ] && echo $p; done';
    const { stdout: pid } = await lab.exec('nas', ['sh', '-c', `${own}; true`]);
    await lab.exec('nas', [process.execPath, '-e', patch, pid.trim()]);
    expect(await reach(lab, { host: 'node', to: '10.0.0.210', port: 2049 })).toBe('answered');
    await lab.mend('accept-routes');
    expect(await routingState(lab)).toBe(healthy);
  });

  async function table52(): Promise<string> {
    const { stdout } = await lab.exec('nas', ['ip', 'route', 'show', 'table', '52']);
    return stdout;
  }

  /** `TcpExt:IPReversePathFilter` of the NAS. */
  async function filtered(): Promise<number> {
    const { stdout } = await lab.exec('nas', ['cat', '/proc/net/netstat']);
    const [names = [], values = []] = stdout
      .split('\n')
      .filter((line) => line.startsWith('TcpExt:'))
      .map((line) => line.split(' '));
    return Number(values[names.indexOf('IPReversePathFilter')]);
  }
});

const HALF_OPEN_WITHIN_ONE_SECOND =
  "i=0; while [ $i -lt 100 ]; do grep -qE ':0801 [0-9A-F]{32}:[0-9A-F]{4} 03 ' /proc/net/tcp6 && echo half-open && break; i=$((i+1)); sleep 0.01; done";
