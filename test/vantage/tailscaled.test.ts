import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CollectedHost } from '../../src/collect/draft.ts';
import { collectHost } from '../../src/collect/index.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { run } from '../../src/platform/process/run.ts';
import { unixHttp } from '../../src/platform/unix-http.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import { type Namespace, startNamespace } from '../support/namespace.ts';
import { describeWith } from '../support/needs.ts';

const SOCKET = '/run/tailscale/tailscaled.sock';

// Answers what the script asks of docker, for one container in the host's network.
const DOCKER = `#!/bin/sh
case "$*" in
'ps --format {{.Names}} {{.Image}}') printf '%s\\n' 'db postgres' 'bridged tailscale/tailscale' 'ix-tailscale-1 tailscale/tailscale';;
'inspect -f {{.HostConfig.NetworkMode}} ix-tailscale-1') echo host;;
'inspect -f {{.HostConfig.NetworkMode}} bridged') echo bridge;;
'exec ix-tailscale-1 tailscale debug prefs') echo '{"RouteAll": false}';;
'exec ix-tailscale-1 tailscale status --json') echo '{"Version":"1.98","BackendState":"Running"}';;
*) echo "unexpected: $*" >&2; exit 1;;
esac
`;

describeWith(['root', 'ip', 'curl'], 'tailscaled, found and asked by the shell', () => {
  let dir: string;
  let host: Namespace;
  let server: ReturnType<typeof spawn> | undefined;

  beforeAll(async () => {
    dir = mkdtempSync('/tmp/rp-tailscaled-');
    mkdirSync(join(dir, 'with-docker'));
    mkdirSync(join(dir, 'no-docker'));
    writeFileSync(join(dir, 'with-docker/docker'), DOCKER, { mode: 0o755 });
    writeFileSync(join(dir, 'no-docker/docker'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
    host = await startNamespace(`
chmod 755 ${dir}
mount -t tmpfs tmpfs /run
mkdir /run/tailscale
cp $(command -v sleep) ${dir}/tailscaled
${dir}/tailscaled infinity &
unshare -n ${dir}/tailscaled infinity &`);
  });
  afterAll(() => {
    host.stop();
    rmSync(dir, { recursive: true });
  });

  /** Starts a LocalAPI in place of the one before. */
  async function serve(how: 'good' | 'silent' | 'garbage' | 'flood' | 'none'): Promise<void> {
    server?.kill('SIGKILL');
    host.exec('rm', '-f', SOCKET);
    if (how === 'none') return;
    const script = join(import.meta.dirname, '../support/local-api.mjs');
    const [program = '', ...args] = [...host.enter, process.execPath, script, SOCKET, how];
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    server = child;
    await new Promise((resolve) => child.stdout.once('data', resolve));
  }

  async function look({ as = [] as string[], docker = false, own = false } = {}) {
    const path = `PATH=${join(dir, docker ? 'with-docker' : 'no-docker')}:/usr/bin:/bin`;
    const vantage: Vantage = {
      url: 'test:',
      hostId: 'nas',
      addresses: [],
      sh: (script, options) =>
        run([...host.enter, ...as, 'env', path, 'sh', '-s'], {
          ...options,
          doing: 'look',
          input: script,
        }),
      ...(own ? { unixHttp: inHost } : {}),
      close: () => Promise.resolve(),
    };
    const { facts } = await collectHost(vantage, { clock, signal: AbortSignal.timeout(18_000) });
    return facts;
  }

  /** As the lab's vantages do it. */
  const inHost: Vantage['unixHttp'] = async (ask, signal) => {
    const root = `/proc/${host.enter[2]}/root`;
    const socketPaths = ask.socketPaths.map((path) => `${root}${path}`);
    const answer = await unixHttp({ ...ask, socketPaths }, signal);
    return { ...answer, socketPath: answer.socketPath.slice(root.length) };
  };
  const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

  test('root asks the one in the own network, by the path it has where files are shared', async () => {
    await serve('good');
    const facts = await look();
    expect(facts.tailscale).toMatchObject({
      reachedBy: { value: SOCKET },
      prefs: { value: { acceptsRoutes: true } },
      status: { value: { peers: [{ hostName: 'router' }] } },
    });
    expect(facts.tailscaleElsewhere).toMatchObject({ value: [{ status: { version: '1.102.3' } }] });
    expect(JSON.stringify(facts)).not.toContain('SECRET');
  });

  test('anybody may read it where the socket is on the host', async () => {
    await serve('good');
    const facts = await look({ as: NOBODY });
    expect(facts.tailscale).toMatchObject({
      reachedBy: { value: SOCKET },
      prefs: { value: { acceptsRoutes: true } },
    });
    expect(facts.tailscaleElsewhere).toMatchObject({
      seen: false,
      why: expect.stringContaining('needs root'),
    });
  });

  test('docker is asked where no socket can be reached, in the container that counts', async () => {
    await serve('none');
    const facts = await look({ docker: true });
    expect(facts.tailscale).toMatchObject({
      reachedBy: { value: 'docker exec ix-tailscale-1' },
      prefs: {
        value: { acceptsRoutes: false },
        from: 'docker exec ix-tailscale-1 tailscale debug prefs',
      },
      status: { value: { version: '1.98' } },
    });
  });

  test('who is not root and finds no socket learns that it needs root', async () => {
    await serve('none');
    const facts = await look({ as: NOBODY });
    expect(facts.tailscale.prefs).toMatchObject({
      seen: false,
      why: expect.stringContaining('needs root'),
      next: expect.stringContaining('--sudo'),
    });
  });

  describe.each([{ own: false }, { own: true }])('a program of ours there: $own', ({ own }) => {
    test.each([
      { how: 'silent', why: /(?:timed out|no answer within)/i },
      { how: 'garbage', why: /the answer is not JSON/ },
      { how: 'flood', why: /(?:cut off|longer than 32 MiB|did not end|timed out)/i },
    ] as const)('a LocalAPI that is $how costs only its own facts', async ({ how, why }) => {
      await serve(how);
      const facts = await look({ own });
      expect(whyNot(facts)).toMatch(why);
      expect(facts.network.rules.ipv4).toMatchObject({ seen: true });
      expect(facts.network.routes.ipv6).toMatchObject({ seen: true });
    });
  });
});

function whyNot({ tailscale }: CollectedHost['facts']): string {
  return tailscale.prefs.seen ? 'seen' : tailscale.prefs.why;
}
