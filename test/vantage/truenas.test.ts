import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutsideError } from '../../src/model/outside-error.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import { JSON_RPC } from '../../src/platform/truenas/dialects.ts';
import { openDoor } from '../../src/platform/truenas/door.ts';
import { Secrets } from '../../src/platform/truenas/problem.ts';
import { SocketChannel } from '../../src/platform/truenas/socket-channel.ts';
import { upgrade } from '../../src/platform/truenas/web-socket.ts';
import type { TruenasLogin } from '../../src/ports/truenas.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import {
  FAKE_CODE,
  FAKE_KEY,
  FAKE_PASSWORD,
  FAKE_TOKEN,
  type FakeTruenas,
  type FakeTruenasOptions,
  fakeTruenas,
  Refusal,
} from '../support/fake-truenas.ts';
import { describeWith } from '../support/needs.ts';

const SECRETS = [FAKE_KEY, FAKE_PASSWORD, FAKE_TOKEN, FAKE_CODE];
const never = new AbortController().signal;
let folder: string;
const running: FakeTruenas[] = [];
const opened: Vantage[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'returnpath-truenas-'));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((vantage) => vantage.close()));
  await Promise.all(running.splice(0).map((fake) => fake.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: FakeTruenasOptions = {}): Promise<FakeTruenas> {
  const fake = await fakeTruenas(options);
  running.push(fake);
  return fake;
}

function loginOf(change: Partial<TruenasLogin> = {}): TruenasLogin {
  return {
    credential: ({ user }) => Promise.resolve({ kind: 'api-key', key: FAKE_KEY, username: user }),
    trust: () => Promise.resolve(true),
    pinFile: join(folder, 'state', 'pins.json'),
    ...change,
  };
}

const withPassword: Partial<TruenasLogin> = {
  credential: () =>
    Promise.resolve({ kind: 'password', username: 'root', password: FAKE_PASSWORD }),
};

async function open(
  fake: { readonly port: number },
  change: Partial<TruenasLogin> = {},
  host = 'root@127.0.0.1',
): Promise<Vantage> {
  const openVantage = openVantageIn({
    locateLabHost: () => Promise.reject(new Error('no lab')),
    agentPath: '',
    interactive: false,
  });
  const url = `truenas://${host}:${fake.port}`;
  const vantage = await openVantage(url, { truenas: loginOf(change) }, never);
  opened.push(vantage);
  return vantage;
}

/** What went wrong, with everything in it that a person or a log could see. */
async function problemOf(promise: Promise<unknown>): Promise<OutsideError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutsideError);
  const { message, next } = error as OutsideError;
  expect(next).toBeTruthy();
  for (const secret of SECRETS) expect(`${message} ${next}`).not.toContain(secret);
  return error as OutsideError;
}

describe('log-in to a TrueNAS', () => {
  test('with a key goes over JSON-RPC where there is one', async () => {
    const fake = await start();
    const { truenas } = await open(fake);
    expect(truenas).toMatchObject({ transport: 'JSON-RPC', version: 'TrueNAS-25.10.0' });
    expect(fake.calls).toContain('auth.login_ex');
  });

  test('without a user name takes the call in which the key says whose it is', async () => {
    const fake = await start();
    await open(fake, {}, '127.0.0.1');
    expect(fake.calls[0]).toBe('auth.login_with_api_key');
  });

  test.each([
    { errname: 'ENOMETHOD', reason: 'no such method' },
    { errname: 'ENOENT', reason: '[ENOENT] Method not found' },
  ])('over DDP takes the older call where there is no newer, $errname', async (refusal) => {
    const gone = () => {
      throw new Refusal(201, refusal);
    };
    const fake = await start({ speaks: 'ddp', methods: { 'auth.login_ex': gone } });
    const { truenas } = await open(fake);
    expect(truenas?.transport).toBe('DDP');
    expect(fake.calls.slice(0, 2)).toEqual(['auth.login_ex', 'auth.login_with_api_key']);
  });

  test('takes REST where no WebSocket gets through', async () => {
    const http: FakeTruenasOptions['http'] = (path, authorization) => {
      if (authorization !== `Bearer ${FAKE_KEY}`) return [401, ''];
      return path === '/api/v2.0/system/version' ? [200, '"TrueNAS-25.04.2"'] : [404, '{}'];
    };
    const { truenas } = await open(await start({ speaks: 'neither', http }));
    expect(truenas).toMatchObject({ transport: 'REST v2.0', version: 'TrueNAS-25.04.2' });
  });

  test('says so where there is a web server, but no TrueNAS', async () => {
    const { message } = await problemOf(open(await start({ speaks: 'neither' })));
    expect(message).toMatch(/there is a web server, but not that of a TrueNAS/);
  });

  test('asks for a one-time code where the NAS wants one', async () => {
    const seen: unknown[] = [];
    const login = ([mechanism]: readonly unknown[]) => {
      seen.push(mechanism);
      return { response_type: seen.length === 1 ? 'OTP_REQUIRED' : 'SUCCESS' };
    };
    const fake = await start({ methods: { 'auth.login_ex': login } });
    await open(fake, { ...withPassword, oneTimeCode: () => Promise.resolve(` ${FAKE_CODE}\n`) });
    expect(seen).toEqual([
      { mechanism: 'PASSWORD_PLAIN', username: 'root', password: FAKE_PASSWORD },
      { mechanism: 'OTP_TOKEN', otp_token: FAKE_CODE },
    ]);
  });

  test('says so where a one-time code is wanted and nobody can be asked', async () => {
    const methods = { 'auth.login_ex': () => ({ response_type: 'OTP_REQUIRED' }) };
    const { message } = await problemOf(open(await start({ methods }), withPassword));
    expect(message).toMatch(/wants a one-time code, and nobody can be asked/);
  });

  test.each([
    { type: 'AUTH_ERR', says: /does not accept the key/ },
    { type: 'EXPIRED', says: /expired or was revoked/ },
    { type: 'DENIED', says: /may not use the API/ },
    { type: 'REDIRECT', says: /standby controller/ },
    { type: 'SOMETHING', says: /it said SOMETHING/ },
  ])('tells what $type means', async ({ type, says }) => {
    const methods = { 'auth.login_ex': () => ({ response_type: type }) };
    const { message } = await problemOf(open(await start({ methods })));
    expect(message).toMatch(says);
  });

  test('tells of the rate limit, and shows no key that the NAS quotes', async () => {
    const limited = () => {
      const reason = `Rate limit exceeded for ${FAKE_KEY}`;
      throw new Refusal(-32_001, { error: 16, errname: 'EBUSY', reason });
    };
    const problem = await problemOf(open(await start({ methods: { 'auth.login_ex': limited } })));
    expect(problem.message).toMatch(/limits the rate: Rate limit exceeded for \*\*\*/);
    expect(problem.next).toMatch(/wait a minute/);
  });
});

describeWith(['openssl'], 'the certificate of a TrueNAS', () => {
  const other = () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=other -keyout ${key} -out ${cert}`;
    execFileSync('openssl', words.split(' '), { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  };

  test('is shown once, and remembered for its owner alone', async () => {
    const asked: string[] = [];
    const trust: TruenasLogin['trust'] = ({ place, fingerprint }) => {
      asked.push(`${place} ${fingerprint}`);
      return Promise.resolve(true);
    };
    const fake = await start();
    await open(fake, { trust });
    await open(fake, { trust });
    expect(asked).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+ SHA256:([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    ]);
    const file = join(folder, 'state', 'pins.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Object.values(JSON.parse(readFileSync(file, 'utf8')))).toHaveLength(1);
  });

  test.each([
    { when: 'nobody can be asked', trust: undefined, says: /nobody vouches for its certificate/ },
    { when: 'the user says no', trust: () => Promise.resolve(false), says: /was not accepted/ },
  ])('is refused when $when, before any log-in', async ({ trust, says }) => {
    const fake = await start();
    const { message } = await problemOf(open(fake, { trust }));
    expect(message).toMatch(says);
    expect(fake.calls).toEqual([]);
  });

  test('is accepted by the fingerprint that the user names, in any spelling', async () => {
    const fake = await start();
    const asked: string[] = [];
    const trust: TruenasLogin['trust'] = ({ fingerprint }) => {
      asked.push(fingerprint);
      return Promise.resolve(false);
    };
    await problemOf(open(fake, { trust }));
    const bare = (asked[0] ?? '').replace('SHA256:', '').replaceAll(':', '').toLowerCase();
    await open(fake, { trust, fingerprint: bare });
    await open(fake, { trust: undefined });
    expect(asked).toHaveLength(1);
  });

  test('that has changed is refused in clear words, and no key is sent', async () => {
    const first = await start();
    await open(first);
    const { port } = first;
    await Promise.all(running.splice(0).map((fake) => fake.stop()));
    const second = await start({ port, certificate: other() });
    const problem = await problemOf(open(second));
    expect(problem.message).toMatch(/its certificate is SHA256:\S+, not SHA256:\S+, as it was/);
    expect(problem.next).toMatch(/do not go on/);
    expect(second.calls).toEqual([]);
  });

  test('that is another than the one named is refused', async () => {
    const fake = await start();
    const problem = await problemOf(open(fake, { fingerprint: `SHA256:${'00:'.repeat(31)}00` }));
    expect(problem.message).toMatch(/which --fingerprint names/);
    expect(fake.calls).toEqual([]);
  });

  test('is not trusted anew when the file of fingerprints is broken', async () => {
    const fake = await start();
    const pinFile = join(folder, 'pins.json');
    writeFileSync(pinFile, '{"127.0.0.1:443": "half of a');
    const { message } = await problemOf(open(fake, { pinFile }));
    expect(message).toMatch(/it holds something else/);
  });
});

describe('a port without TLS', () => {
  test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', ''])(
    'that answers %j gets not one byte of key or password',
    async (reply) => {
      const heard: Buffer[] = [];
      const held = new Set<Socket>();
      const server = createServer((socket) => {
        held.add(socket);
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          heard.push(chunk);
          if (reply) socket.end(reply);
          else socket.destroy();
        });
      });
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve());
      });
      const { port } = server.address() as { port: number };
      try {
        for (const how of [{}, withPassword]) await problemOf(open({ port }, how));
        const all = Buffer.concat(heard);
        // a TLS handshake (record type 22), and nothing else, ever
        expect(all[0]).toBe(22);
        for (const secret of SECRETS) {
          expect(all.includes(secret)).toBe(false);
          expect(all.includes(Buffer.from(secret).toString('base64'))).toBe(false);
        }
        for (const start of heard) expect(start.toString('latin1')).not.toMatch(/^(GET|POST)/);
      } finally {
        for (const socket of held) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  );

  test('has no URL of its own', async () => {
    for (const url of ['ws://nas', 'http://nas', 'truenas+http://nas']) {
      const openVantage = openVantageIn({
        locateLabHost: () => Promise.reject(new Error('no lab')),
        agentPath: '',
        interactive: false,
      });
      await expect(openVantage(url, { truenas: loginOf() }, never)).rejects.toThrow(SyntaxError);
    }
  });
});

describe('calls to a TrueNAS', () => {
  test('tell which method a release has not, and which is not allowed', async () => {
    const denied = () => {
      throw new Refusal(-32_001, { error: 13, errname: 'EACCES', reason: 'Not authorized' });
    };
    const { truenas } = await open(await start({ methods: { 'app.query': denied } }));
    const missing = await problemOf(truenas?.call('no.such', [], never) ?? Promise.resolve());
    expect(missing.message).toMatch(/Cannot call no\.such on .*: this release has no such method/);
    const forbidden = await problemOf(truenas?.call('app.query', [], never) ?? Promise.resolve());
    expect(forbidden.message).toMatch(/not allowed: Not authorized/);
  });

  test('name the parameter that is wrong', async () => {
    const invalid = () => {
      throw new Refusal(-32_602, { error: 22, extra: [['options.timeout', 'too long', 22]] });
    };
    const { truenas } = await open(await start({ methods: { 'core.ping_remote': invalid } }));
    const { message } = await problemOf(
      truenas?.call('core.ping_remote', [], never) ?? Promise.resolve(),
    );
    expect(message).toMatch(/options\.timeout: too long/);
  });

  test('are never longer than a frame that the NAS takes', async () => {
    const fake = await start();
    const { truenas } = await open(fake);
    const long = 'x'.repeat(70_000);
    const { message } = await problemOf(
      truenas?.call('app.update', [long], never) ?? Promise.resolve(),
    );
    expect(message).toMatch(/longer than the 64 KiB/);
    expect(fake.calls).not.toContain('app.update');
  });

  test('many at once come no more than eight at a time', async () => {
    let now = 0;
    let most = 0;
    const slow = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return 'done';
    };
    const { truenas } = await open(await start({ methods: { slow } }));
    const all = Array.from({ length: 40 }, () => truenas?.call('slow', [], never));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['done']));
    expect(most).toBeLessThanOrEqual(8);
  });

  test('end with the connection, and the next one opens a new one', async () => {
    const wait = new Promise(() => {});
    const fake = await start({ methods: { hangs: () => wait } });
    const { truenas } = await open(fake);
    const call = problemOf(truenas?.call('hangs', [], never) ?? Promise.resolve());
    await expect.poll(() => fake.calls.includes('hangs')).toBe(true);
    fake.cut();
    expect((await call).message).toMatch(/the connection ended before the answer/);
    expect(await truenas?.call('system.version', [], never)).toBe('TrueNAS-25.10.0');
  });

  test('end when their signal says so', async () => {
    const { truenas } = await open(
      await start({ methods: { hangs: () => new Promise(() => {}) } }),
    );
    const stop = new AbortController();
    const call = truenas?.call('hangs', [], stop.signal);
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  test.each([
    { by: 'its time', timeoutMs: 50, pingEveryMs: 60_000, says: /no answer within/ },
    { by: 'an unanswered ping', timeoutMs: 60_000, pingEveryMs: 50, says: /connection ended/ },
  ])('to a NAS that hangs end by $by', async ({ timeoutMs, pingEveryMs, says }) => {
    const fake = await start();
    const place = { hosts: ['127.0.0.1'], port: fake.port };
    const door = await openDoor(place, loginOf(), never);
    const upgraded = await upgrade(door, '/api/current', never);
    if (upgraded.is === 'refused') throw new Error('no WebSocket');
    const means = { dialect: JSON_RPC, secrets: new Secrets(), host: 'nas', pingEveryMs };
    const channel = new SocketChannel(upgraded.socket, means);
    fake.freeze();
    const call = channel.call('system.version', [], { signal: never, timeoutMs });
    expect((await problemOf(call)).message).toMatch(says);
    channel.close();
    door.close();
  });
});

describe('a job of a TrueNAS', () => {
  /** A job that is told of by its id and moves on when a test says so. */
  function jobs() {
    const job = {
      id: 42,
      method: 'app.update',
      state: 'RUNNING',
      progress: { percent: 10, description: 'Pulling images' },
      result: null as unknown,
      error: null as string | null,
    };
    return {
      job,
      methods: { 'app.update': () => job.id, 'core.get_jobs': () => [{ ...job }] },
    };
  }

  test.each(['json-rpc', 'ddp'] as const)('is followed to its result over %s', async (speaks) => {
    const { job, methods } = jobs();
    const fake = await start({ methods, speaks });
    const { truenas } = await open(fake);
    const progress: string[] = [];
    const result = truenas?.job('app.update', ['tailscale', {}], {
      signal: never,
      onProgress: ({ percent, description }) => progress.push(`${percent} ${description}`),
    });
    await expect.poll(() => progress).toEqual(['10 Pulling images']);
    Object.assign(job, { state: 'SUCCESS', result: { name: 'tailscale' } });
    job.progress = { percent: 100, description: 'Done' };
    fake.tell('core.get_jobs', { id: 42, state: 'SUCCESS' });
    expect(await result).toEqual({ name: 'tailscale' });
    expect(progress).toEqual(['10 Pulling images', '100 Done']);
  });

  test('is waited for where the call itself brings the result', async () => {
    const { truenas } = await open(
      await start({ methods: { 'app.update': () => ({ name: 'tailscale' }) } }),
    );
    const result = truenas?.job('app.update', [], { signal: never });
    expect(await result).toEqual({ name: 'tailscale' });
  });

  test('is followed on over a new connection when the first is cut', async () => {
    const { job, methods } = jobs();
    const fake = await start({ methods });
    const { truenas } = await open(fake);
    const result = truenas?.job('app.update', [], { signal: never });
    await expect.poll(() => fake.calls.includes('core.get_jobs')).toBe(true);
    job.state = 'SUCCESS';
    job.result = 'whole';
    fake.cut();
    expect(await result).toBe('whole');
    expect(fake.calls.filter((method) => method === 'app.update')).toHaveLength(1);
  });

  test('tells why it failed, without the key', async () => {
    const { job, methods } = jobs();
    Object.assign(job, { state: 'FAILED', error: `[EFAULT] compose failed with ${FAKE_KEY}` });
    const { truenas } = await open(await start({ methods }));
    const problem = await problemOf(
      truenas?.job('app.update', [], { signal: never }) ?? Promise.resolve(),
    );
    expect(problem.message).toBe(
      'Cannot finish job 42 (app.update): [EFAULT] compose failed with ***',
    );
  });

  test('whose middleware was restarted is told as unknown', async () => {
    const methods = { 'app.update': () => 42, 'core.get_jobs': () => [] };
    const { truenas } = await open(await start({ methods }));
    const { message } = await problemOf(
      truenas?.job('app.update', [], { signal: never }) ?? Promise.resolve(),
    );
    expect(message).toMatch(/the NAS does not know it any more/);
  });

  test('after a one-time code is not followed over a new connection', async () => {
    const { methods } = jobs();
    let logins = 0;
    const login = () => ({ response_type: ++logins === 1 ? 'OTP_REQUIRED' : 'SUCCESS' });
    const fake = await start({ methods: { ...methods, 'auth.login_ex': login } });
    const { truenas } = await open(fake, {
      ...withPassword,
      oneTimeCode: () => Promise.resolve(FAKE_CODE),
    });
    const result = problemOf(
      truenas?.job('app.update', [], { signal: never }) ?? Promise.resolve(),
    );
    await expect.poll(() => fake.calls.includes('core.get_jobs')).toBe(true);
    fake.cut();
    expect((await result).message).toMatch(/a one-time code would be needed again/);
    expect(logins).toBe(2);
  });
});

const APPS = {
  'app.query': () => [
    {
      name: 'my-tailscale',
      state: 'RUNNING',
      active_workloads: {
        container_details: [
          { id: 'c1', image: 'ghcr.io/tailscale/tailscale:v1.102.3', state: 'running' },
        ],
      },
    },
  ],
  'app.config': () => ({ network: { host_network: true }, tailscale: { auth_key: FAKE_KEY } }),
};

describeWith(['python3', 'busybox'], 'the web shell of a TrueNAS', () => {
  const options = { signal: never, limitBytes: 1_000_000 };

  test.each(['/bin/sh', '/bin/bash --norc -i', '/bin/bash', 'busybox sh'])(
    'runs a script in %s and brings back what it printed, byte for byte',
    async (shell) => {
      const vantage = await open(await start({ methods: APPS, shell }));
      const script = `printf 'plain\\n\\ttab é "quotes" \\\\ $HOME\\r\\n'; seq 1 3000; echo oops >&2; exit 3`;
      const answer = await vantage.sh(script, options);
      const lines = Array.from({ length: 3000 }, (_, at) => `${at + 1}\n`).join('');
      expect(answer).toEqual({
        stdout: `plain\n\ttab é "quotes" \\ $HOME\r\n${lines}`,
        stderr: 'oops\n',
        exitCode: 3,
        truncated: false,
      });
    },
  );

  test('brings output as it comes, and stops at its limit', async () => {
    const vantage = await open(await start({ methods: APPS }));
    const heard: string[] = [];
    const answer = await vantage.sh('echo first; exec sleep 60', {
      ...options,
      signal: AbortSignal.timeout(15_000),
      limitBytes: 3,
      onOutput: (text) => heard.push(text),
    });
    expect(answer).toMatchObject({ truncated: true, exitCode: undefined });
    expect(heard).toEqual([]);
  });

  test('ends what runs there when its signal says so', async () => {
    const vantage = await open(await start({ methods: APPS }));
    const stop = new AbortController();
    const pidOf: string[] = [];
    const run = vantage.sh('echo $$; exec sleep 61.7', {
      ...options,
      signal: stop.signal,
      onOutput: (text) => pidOf.push(text.trim()),
    });
    await expect.poll(() => pidOf.length, { timeout: 10_000 }).toBe(1);
    stop.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    await expect.poll(() => isRunning(Number(pidOf[0])), { timeout: 10_000 }).toBe(false);
  });

  test.each([
    { when: 'no Tailscale app runs', methods: { 'app.query': () => [] }, says: /no Tailscale app/ },
    {
      when: 'the app has a network of its own',
      methods: { ...APPS, 'app.config': () => ({ network: { host_network: false } }) },
      says: /has a network of its own/,
    },
    {
      when: 'the user may not open it',
      methods: { ...APPS, 'auth.generate_token': () => 'another token' },
      says: /the web shell refuses: .*no such token \*\*\*/,
    },
  ])('says why there is none when $when, and the API still answers', async ({ methods, says }) => {
    const vantage = await open(await start({ methods }));
    const { message } = await problemOf(vantage.sh('true', options));
    expect(message).toMatch(says);
    expect(await vantage.truenas?.call('system.version', [], never)).toBe('TrueNAS-25.10.0');
  });

  test('says so when the shell ends at once', async () => {
    const vantage = await open(await start({ methods: APPS, shell: '/bin/false' }));
    const { message } = await problemOf(vantage.sh('true', options));
    expect(message).toMatch(/the shell in the container ended or did not answer/);
  });
});

function isRunning(pid: number): boolean {
  try {
    const [, state] = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state !== 'Z';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
