import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip', 'nft'], 'swapped servers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'returnpath-swap-'));
  const path = join(folder, 'truenas.sock');
  const outside = createServer((socket) => socket.end('from outside'));
  let lab: Lab;

  beforeAll(async () => {
    await new Promise<void>((resolve) => outside.listen(path, resolve));
    const swaps = ['nas/nfs=10.0.0.38:7000', `nas/truenas=${path}`];
    lab = await startTestLab({ swaps });
  });
  afterAll(async () => {
    await lab?.stop();
    outside.close();
    rmSync(folder, { recursive: true });
  });

  /** What a server at the NAS says by itself; empty once `ms` have passed or it was cut. */
  const hear = async (port: number) => {
    const script = `
      const socket = require('node:net').connect(${port}, '10.0.0.210');
      socket.on('data', (text) => process.stdout.write(text)).on('error', () => {});`;
    return (await lab.exec('node', [process.execPath, '-e', script])).stdout;
  };

  test('a server of another lab host answers at the address of the NAS', async () => {
    const script = `require('node:net').createServer((s) => s.end('from utility')).listen(7000)`;
    const serving = lab.exec('utility', [process.execPath, '-e', script]);
    await expect.poll(() => hear(2049), { timeout: 10_000 }).toBe('from utility');
    await lab.break('nfs-down');
    expect(await hear(2049)).toBe('');
    await lab.mend('nfs-down');
    expect(await hear(2049)).toBe('from utility');
    await lab.exec('utility', ['pkill', '-f', 'from utility']);
    await serving;
  });

  test('so does a unix socket of the machine', async () => {
    expect(await hear(80)).toBe('from outside');
    expect(await hear(443)).toBe('from outside');
  });

  test.each(['nas', 'nas/nfs', 'nas/smb=10.0.0.9', 'moon/nfs=10.0.0.9', 'nas/nfs='])(
    '%j is no swap',
    async (swap) => {
      await expect(startTestLab({ swaps: [swap] })).rejects.toThrow(/^Cannot swap/);
    },
  );
});

describeWith(['namespaces', 'ip'], 'releases of TrueNAS', () => {
  test('26.0 has no REST any more', async () => {
    const lab = await startTestLab({ truenas: '26.0' });
    const script = `
      require('node:https').get(
        { host: '10.0.0.210', path: '/api/v2.0/system/version/', rejectUnauthorized: false },
        ({ statusCode }) => { console.log(statusCode); process.exit(); },
      );`;
    const { stdout } = await lab.exec('node', [process.execPath, '-e', script]);
    expect(stdout.trim()).toBe('404');
    await lab.stop();
  });

  test('an unknown one is refused', async () => {
    await expect(startTestLab({ truenas: '13.0' })).rejects.toThrow(
      /Cannot emulate TrueNAS "13.0"/,
    );
  });
});
