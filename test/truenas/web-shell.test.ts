import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY, LAB_READONLY_KEY } from '../../src/lab/truenas/accounts.ts';
import { startTestLab } from '../support/lab.ts';
import { logInWithKey, type NasSocket, type NasWire, nasWire } from '../support/nas-wire.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip'], 'web shell of the emulated TrueNAS', () => {
  let lab: Lab;
  let wire: NasWire;
  const start = async (truenas: string) => {
    lab = await startTestLab({ truenas });
    wire = await nasWire(lab);
  };
  const stop = async () => {
    wire?.close();
    await lab?.stop();
  };

  const session = async (username = 'truenas_admin', key = LAB_API_KEY) => {
    const socket = await wire.socket('/api/current');
    await logInWithKey(socket, username, key);
    return socket;
  };
  const open = async (api: NasSocket, options: object): Promise<NasSocket> => {
    const token = await api.result('auth.generate_token');
    const shell = await wire.socket('/websocket/shell');
    shell.send({ token, options });
    return shell;
  };
  const inApp = async (api: NasSocket, command?: string) => {
    const choices = (await api.result('app.container_console_choices', 'tailscale')) as object;
    const [container_id] = Object.keys(choices);
    return await open(api, {
      app_name: 'tailscale',
      container_id,
      ...(command ? { command } : {}),
    });
  };
  /** What came between two marks that the echo of the command does not hold as they are printed. */
  const type = async (shell: NasSocket, line: string): Promise<string> => {
    shell.sendBytes(`echo A''B; ${line}; echo C''D\n`);
    await expect.poll(shell.output, { timeout: 10_000 }).toMatch(/AB\r\n[\s\S]*CD\r\n/);
    return /AB\r\n([\s\S]*)CD\r\n/.exec(shell.output())?.[1] ?? '';
  };

  describe('of 25.10', () => {
    beforeAll(() => start('25.10'));
    afterAll(stop);

    test('into the app is root in the network of the host, on a terminal', async () => {
      const api = await session();
      const shell = await inApp(api, '/bin/sh');
      const { id } = await shell.message(({ msg }) => msg === 'connected');
      expect(await type(shell, 'id -u; ip -o route get 10.0.0.197; test -t 0; echo $?')).toMatch(
        /^0\r\n10\.0\.0\.197 dev enp1s0 src 10\.0\.0\.210 .*\r\n0\r\n$/,
      );
      await api.result('core.resize_shell', id, 132, 43);
      const { output } = shell;
      shell.sendBytes('stty size\n');
      await expect.poll(output).toContain('43 132\r\n');
      shell.close();
      await expect
        .poll(async () => (await api.call('core.resize_shell', id, 80, 24))['error'])
        .toBeTruthy();
      api.close();
    });

    test('has the tailscale program, and neither bash nor tcpdump', async () => {
      const api = await session();
      const shell = await inApp(api, '/bin/sh');
      const said = await type(
        shell,
        'tailscale get accept-routes; command -v bash tcpdump; echo $?',
      );
      expect(said).toBe('false\r\n127\r\n');
      shell.close();
      api.close();
    });

    test.each([
      {
        what: 'no command is bash, which the image lacks',
        command: undefined,
        says: 'exec: "/bin/bash": stat /bin/bash: no such file or directory: unknown',
      },
      {
        what: 'a command is one argument',
        command: '/bin/sh -c id',
        says: 'exec: "/bin/sh -c id": stat /bin/sh -c id: no such file or directory: unknown',
      },
    ])('$what', async ({ command, says }) => {
      const api = await session();
      const shell = await inApp(api, command);
      await shell.closed;
      expect(shell.output()).toContain(says);
      api.close();
    });

    test('of the host is a login shell of the user of the token', async () => {
      const api = await session();
      const shell = await open(api, {});
      await shell.message(({ msg }) => msg === 'connected');
      const uid = process.getuid?.() === 0 ? '950' : '0';
      expect(await type(shell, 'id -u; hostname')).toContain(`${uid}\r\ntruenas\r\n`);
      shell.close();
      api.close();
    });

    test('is refused to whoever lacks the privilege, in words about the token', async () => {
      const api = await session('viewer', LAB_READONLY_KEY);
      const shell = await open(api, {});
      expect(await shell.message(({ msg }) => msg === 'failed')).toEqual({
        msg: 'failed',
        error: { error: 207, reason: 'Invalid token' },
      });
      shell.close();
      api.close();
    });

    test('ends at a container that is not the app’s, and at text instead of bytes', async () => {
      const api = await session();
      const lost = await open(api, {
        app_name: 'tailscale',
        container_id: 'f00',
        command: '/bin/sh',
      });
      await lost.closed;
      const shell = await inApp(api, '/bin/sh');
      await shell.message(({ msg }) => msg === 'connected');
      shell.send('id\n');
      await shell.closed;
      api.close();
    });

    test('ends with its container, and what it left behind in there too', async () => {
      const api = await session();
      const shell = await inApp(api, '/bin/sh');
      await shell.message(({ msg }) => msg === 'connected');
      await type(shell, '(setsid sleep 4321 >/dev/null 2>&1 &)');
      const sleepers = async () =>
        (await lab.exec('nas', ['pgrep', '-fc', '^sleep 4321'])).stdout.trim();
      await expect.poll(sleepers).toBe('1');
      await lab.exec('nas', ['docker', 'restart', 'ix-tailscale-tailscale-1']);
      await shell.closed;
      expect(await sleepers()).toBe('0');
      api.close();
    });

    test('leaves what was started in a session of its own when the client goes', async () => {
      const api = await session();
      const shell = await inApp(api, '/bin/sh');
      await shell.message(({ msg }) => msg === 'connected');
      await type(shell, '(setsid sleep 1234 >/dev/null 2>&1 &)');
      shell.close();
      await shell.closed;
      const { stdout } = await lab.exec('nas', ['pgrep', '-fc', '^sleep 1234']);
      expect(stdout.trim()).toBe('1');
      await lab.exec('nas', ['pkill', '-f', '^sleep 1234']);
      api.close();
    });
  });

  describe('of 26.0', () => {
    beforeAll(() => start('26.0'));
    afterAll(stop);

    test('hands its command to a shell', async () => {
      const api = await session();
      const shell = await inApp(api, 'echo $((40 + 2)); exit 3');
      await shell.closed;
      expect(shell.output()).toContain('42\r\n');
      api.close();
    });

    test('tells whoever lacks the privilege so', async () => {
      const api = await session('viewer', LAB_READONLY_KEY);
      const shell = await open(api, {});
      expect(await shell.message(({ msg }) => msg === 'failed')).toMatchObject({
        error: { error: 13, reason: 'Web shell privilege not granted for this account' },
      });
      shell.close();
      api.close();
    });
  });
});

describeWith(['namespaces', 'ip'], 'docker of the emulated NAS', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startTestLab();
  });
  afterAll(async () => {
    await lab?.stop();
  });
  const docker = (...words: readonly string[]) => lab.exec('nas', ['docker', ...words]);

  test('lists the containers with a tailscaled', async () => {
    const { stdout } = await docker('ps', '--format', '{{.Names}}\\t{{.Image}}');
    expect(stdout).toBe(
      'ix-tailscale-tailscale-1\tghcr.io/tailscale/tailscale:v1.102.3\nix-photos-tailscale-1\tghcr.io/tailscale/tailscale:v1.102.3\n',
    );
  });

  test('runs a program inside, and gives its status', async () => {
    const prefs = await docker('exec', 'ix-tailscale-tailscale-1', 'tailscale', 'debug', 'prefs');
    expect(JSON.parse(prefs.stdout)).toMatchObject({ RouteAll: false, Hostname: 'truenas' });
    const failed = await docker('exec', 'ix-tailscale-tailscale-1', 'sh', '-c', 'exit 7');
    expect(failed.exitCode).toBe(7);
  });

  test.each([
    { what: 'an unknown container', argv: ['exec', 'nope', 'id'], says: 'No such container: nope' },
    {
      what: 'an unknown program',
      argv: ['exec', 'ix-tailscale-tailscale-1', 'bash'],
      says: 'executable file not found in $PATH',
    },
    {
      what: 'a terminal without one',
      argv: ['exec', '-it', 'ix-tailscale-tailscale-1', 'sh'],
      says: 'the input device is not a TTY',
    },
  ])('says what is wrong with $what', async ({ argv, says }) => {
    const { stderr, exitCode } = await docker(...argv);
    expect(stderr).toContain(says);
    expect(exitCode).not.toBe(0);
  });
});
