import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAKE_KEY } from '../support/fake-truenas.ts';
import { describeWith } from '../support/needs.ts';
import { never, open, problemOf, scratch, start } from '../support/truenas-client.ts';

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

  test('needs nothing but what the Alpine image of the app has', async () => {
    const programs = scratch('busybox');
    mkdirSync(programs);
    const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
    for (const name of ['sh', 'stty', 'base64', 'dd', 'tail', 'seq']) {
      symlinkSync(busybox, join(programs, name));
    }
    const shell = `/usr/bin/env -i PATH=${programs} ${busybox} ash`;
    const vantage = await open(await start({ methods: APPS, shell }));
    const { stdout, ...rest } = await vantage.sh('seq 1 20000; echo oops >&2; exit 4', options);
    expect(rest).toEqual({ stderr: 'oops\n', exitCode: 4, truncated: false });
    expect(stdout.split('\n')).toHaveLength(20_001);
  });

  test('runs several scripts side by side', async () => {
    const vantage = await open(await start({ methods: APPS }));
    const words = ['one', 'two', 'three'];
    const answers = await Promise.all(words.map((word) => vantage.sh(`echo ${word}`, options)));
    expect(answers.map(({ stdout }) => stdout)).toEqual(words.map((word) => `${word}\n`));
  });

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
