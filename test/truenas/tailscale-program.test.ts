import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip'], 'the tailscale program of the lab', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startTestLab();
  });
  afterAll(async () => {
    await lab?.stop();
  });
  const tailscale = (...words: readonly string[]) =>
    lab.exec('nas-tailscale', ['tailscale', ...words]);
  const prefs = async () =>
    JSON.parse((await tailscale('debug', 'prefs')).stdout) as Readonly<Record<string, unknown>>;

  test('set changes what is named and nothing else', async () => {
    const before = await prefs();
    await tailscale('set', '--accept-routes', '--advertise-routes=10.0.0.0/24');
    expect(await prefs()).toEqual({ ...before, RouteAll: true, AdvertiseRoutes: ['10.0.0.0/24'] });
    await tailscale('set', '--accept-routes=false', '--advertise-routes=');
    expect(await prefs()).toEqual(before);
  });

  test('up refuses to turn off by omission what is on, and names it', async () => {
    await tailscale('set', '--accept-routes');
    const refused = await tailscale('up', '--hostname=nas');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('requires mentioning all');
    expect(refused.stderr).toMatch(/tailscale up --hostname=nas .*--accept-routes/);
    expect(await prefs()).toMatchObject({ RouteAll: true, Hostname: 'truenas' });
    const reset = await tailscale('up', '--reset', '--accept-dns=false', '--hostname=truenas');
    expect(reset.exitCode).toBe(0);
    expect(await prefs()).toMatchObject({ RouteAll: false, CorpDNS: false });
  });

  test('get and status tell in words and in JSON', async () => {
    expect((await tailscale('get', 'accept-routes')).stdout).toBe('false\n');
    expect(JSON.parse((await tailscale('get', '--json')).stdout)).toMatchObject({
      'accept-routes': false,
      hostname: 'truenas',
    });
    expect((await tailscale('status')).stdout).toMatch(/^100\.68\.1\.2 +truenas /m);
    const { stdout } = await tailscale('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ BackendState: 'Running' });
  });

  test('a node that is down or logged out says so and exits 1', async () => {
    await tailscale('down');
    expect(await tailscale('status')).toMatchObject({
      exitCode: 1,
      stderr: 'Tailscale is stopped.\n',
    });
    await tailscale('up');
    expect((await tailscale('status')).exitCode).toBe(0);
  });

  test.each([
    { argv: ['set', '--no-such'], says: 'flag provided but not defined: -no-such' },
    { argv: ['set', '--accept-routes=maybe'], says: 'invalid boolean value "maybe"' },
    { argv: ['set'], says: 'requires at least one argument' },
    { argv: ['fly'], says: 'unknown subcommand: fly' },
  ])('$argv is refused in its words', async ({ argv, says }) => {
    const { stderr, exitCode } = await tailscale(...argv);
    expect(stderr).toContain(says);
    expect(exitCode).toBe(1);
  });

  test('a daemon that says nothing keeps it waiting', async () => {
    await lab.trouble('api-hangs');
    const argv = ['timeout', '1', 'tailscale', 'set', '--accept-routes'];
    expect((await lab.exec('nas-tailscale', argv)).exitCode).toBe(124);
    await lab.trouble();
    expect(await prefs()).toMatchObject({ RouteAll: false });
  });
});
