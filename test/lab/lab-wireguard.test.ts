import { afterAll, beforeAll, expect, test } from 'vitest';
import { faults } from '../../src/lab/faults/index.ts';
import type { Lab } from '../../src/lab/start.ts';
import { looksNow, looksOf } from '../support/fault-looks.ts';
import { reach, routingState, startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

// The services of the NAS know nothing of tunnels.
const TUNNEL_FAULTS = faults.filter(({ settings }) =>
  settings.some(({ kind }) => kind === 'prefs' || kind === 'off'),
);

describeWith(['namespaces', 'root', 'wireguard', 'ip', 'nft'], 'homelab over WireGuard', () => {
  let lab: Lab;
  let healthy: string;

  beforeAll(async () => {
    lab = await startTestLab({ variant: 'wireguard' });
    healthy = await routingState(lab);
  });
  afterAll(async () => {
    await lab?.stop();
  });

  const allowedIps = async (peer: RegExp) => {
    const { stdout } = await lab.exec('nas-tailscale', ['wg', 'show', 'tailscale0', 'allowed-ips']);
    return stdout.split('\n').find((line) => peer.test(line)) ?? '';
  };

  test('the tunnel is a device of wireguard-go, its peers have shaken hands', async () => {
    const { stdout } = await lab.exec('nas', ['ip', '-d', 'link', 'show', 'tailscale0']);
    expect(stdout).toMatch(/link\/none[\s\S]*\btun\b/);
    const shown = await lab.exec('nas-tailscale', [
      'wg',
      'show',
      'tailscale0',
      'latest-handshakes',
    ]);
    expect(shown.stdout.trim().split('\n')).toHaveLength(2);
    expect(shown.stdout).not.toMatch(/\t0$/m);
  });

  test('RouteAll widens what the peer may send, and narrows it again', async () => {
    const connector = /100\.68\.1\.3/;
    expect(await allowedIps(connector)).not.toContain('10.0.0.197');
    await lab.break('accept-routes');
    expect(await allowedIps(connector)).toContain('10.0.0.197/32');
    await lab.mend('accept-routes');
    expect(await allowedIps(connector)).not.toContain('10.0.0.197');
  });

  test('an unbound connection from the NAS takes the tunnel, a bound one dies in it', async () => {
    await lab.break('accept-routes');
    const node = { host: 'nas', to: '10.0.0.197', port: 10_250 };
    expect(await reach(lab, node)).toBe('refused');
    expect(await reach(lab, { ...node, from: '10.0.0.210' })).toBe('timed-out');
    await lab.mend('accept-routes');
  });

  test.each(TUNNEL_FAULTS)(
    '$id shows as over cables, and mending it leaves no trace',
    async (fault) => {
      await lab.break(fault.id);
      expect(await looksNow(lab, fault)).toEqual(looksOf(fault));
      await lab.mend(fault.id);
      expect(await routingState(lab)).toBe(healthy);
    },
  );

  // last: the subnet router has not called again when they end
  test.each([
    {
      what: 'a new container',
      anew: () => lab.exec('nas', ['docker', 'restart', 'ix-tailscale-tailscale-1']),
    },
    { what: 'a reboot', anew: () => lab.reboot('nas') },
  ])('$what of the NAS makes the tunnel anew', async ({ anew }) => {
    await anew();
    // the cabin's router can be called; the subnet router, behind NAT, calls again when it likes
    const cabin = async () =>
      (await lab.exec('nas', ['ping', '-c1', '-W1', '100.68.1.4'])).exitCode;
    await expect.poll(cabin, { timeout: 15_000 }).toBe(0);
    const numberless = (state: string) => state.replace(/^\d+: tailscale0/m, 'N: tailscale0');
    const now = async () => numberless(await routingState(lab));
    await expect.poll(now, { timeout: 15_000 }).toBe(numberless(healthy));
  });
});
