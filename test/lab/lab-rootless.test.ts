import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { runWithLab } from '../support/lab-script.ts';
import { leftoversOf, tracesOf } from '../support/leftovers.ts';
import { describeWith } from '../support/needs.ts';

const NOBODY = 65_534;
const SHELL_CLIENT = join(import.meta.dirname, '../support/shell-client.mjs');

// As an ordinary user every lab test is one of these; here root becomes one.
describeWith(
  ['namespaces', 'root', 'unprivileged-namespaces', 'ip', 'nft'],
  'lab of nobody',
  () => {
    test('is built, broken, mended and ended without root', async () => {
      const said = await runWithLab({
        id: 'nobody',
        uid: NOBODY,
        body: `
      const { stdout } = await lab.exec('nas', ['cat', '/proc/self/uid_map']);
      say({ uidMap: stdout.trim().split(/ +/).map(Number) });
      const reach = async (address) => (await lab.exec('node', ['ping', '-c1', '-W1', address])).exitCode === 0;
      say({ healthy: await reach('10.0.0.210') });
      await lab.break('accept-routes');
      say({ broken: await reach('10.0.0.210'), control: await reach('10.0.0.1') });
      const { stdout: route } = await lab.exec('nas', ['ip', 'route', 'get', '10.0.0.197', 'from', '10.0.0.210']);
      say({ route: route.split('\\n')[0].trim() });
      await lab.mend('accept-routes');
      say({ mended: await reach('10.0.0.210') });
    `,
      });
      expect(said).toEqual([
        { uidMap: [0, NOBODY, 1] },
        { healthy: true },
        { broken: false, control: true },
        { route: '10.0.0.197 from 10.0.0.210 dev tailscale0 table 52 uid 0' },
        { mended: true },
      ]);
    });

    test('has a NAS with its web shell, containers and reboots', async () => {
      const said = await runWithLab({
        id: 'nobody-nas',
        uid: NOBODY,
        body: `
      const { stdout } = await lab.exec('utility', [process.execPath, ${JSON.stringify(SHELL_CLIENT)}, ${JSON.stringify(LAB_API_KEY)}, 'echo uid=$(id -u); tailscale set --accept-routes']);
      say({ uid: stdout.includes('uid=0') });
      const rules = async () => (await lab.exec('nas', ['ip', 'route', 'show', 'table', '52'])).stdout;
      say({ captured: (await rules()).includes('10.0.0.197') });
      const { exitCode } = await lab.exec('nas', ['docker', 'restart', 'ix-tailscale-tailscale-1']);
      say({ restarted: exitCode });
      await lab.reboot('nas');
      say({ reachable: (await lab.exec('utility', ['ping', '-c1', '-W2', '10.0.0.210'])).exitCode });
    `,
      });
      expect(said).toEqual([{ uid: true }, { captured: true }, { restarted: 0 }, { reachable: 0 }]);
    });

    test('leaves nothing when its owner is killed', async () => {
      const id = 'nobody-killed';
      let traces = tracesOf(id);
      await runWithLab({
        id,
        uid: NOBODY,
        body: 'say({ ownerPid: lab.ownerPid }); await new Promise(() => {});',
        onSaid: ({ ownerPid }) => {
          traces = tracesOf(id);
          process.kill(Number(ownerPid), 'SIGKILL');
        },
      });
      await expect.poll(() => leftoversOf(traces), { timeout: 15_000 }).toEqual([]);
    });
  },
);
