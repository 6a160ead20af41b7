import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  FAKE_CODE,
  FAKE_KEY,
  FAKE_PASSWORD,
  type FakeTruenas,
  type FakeTruenasOptions,
  fakeTruenas,
} from '../support/fake-truenas.ts';
import { describeWith } from '../support/needs.ts';
import { atTerminal } from '../support/terminal.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/returnpath.js');
const SECRETS = [FAKE_KEY, FAKE_PASSWORD, FAKE_CODE];
const TRUST = ['Trust it from now on? (yes/no) ', 'yes\r'] as const;

let folder: string;
let fake: FakeTruenas | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'returnpath-login-'));
});

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function diagnose(
  options: FakeTruenasOptions,
  args: readonly string[],
  dialogue: Parameters<typeof atTerminal>[1],
  env: NodeJS.ProcessEnv = {},
) {
  fake ??= await fakeTruenas(options);
  const look = join(folder, 'look.json');
  const to = `truenas://root@127.0.0.1:${fake.port}`;
  const ask = [
    '--from',
    'local:',
    '--address',
    '127.0.0.1',
    '--port',
    String(fake.port),
    '--control',
    '127.0.0.2',
  ];
  const command = [process.execPath, LAUNCHER, 'diagnose', ...ask, '--to', to, '--save', look];
  const state = { XDG_STATE_HOME: join(folder, 'state'), ...env };
  const { code, shown } = await atTerminal([...command, ...args], dialogue, state);
  const said = shown + readFileSync(look, 'utf8');
  expect(SECRETS.filter((secret) => said.includes(secret))).toEqual([]);
  return { code, shown, calls: fake.calls };
}

describeWith(['python3'], 'a log-in to a TrueNAS at a terminal', () => {
  test('asks for trust once and for the key each time, and shows neither', async () => {
    const key = ['API key for 127.0.0.1: ', `${FAKE_KEY}\r`] as const;
    const first = await diagnose({}, [], [key, TRUST].toReversed());
    expect(first.shown).toMatch(/SHA256:([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    expect(first.calls).toContain('auth.login_ex');
    const second = await diagnose({}, [], [key]);
    expect(second.shown).not.toContain('Trust it');
    expect(second.calls.filter((method) => method === 'auth.login_ex')).toHaveLength(2);
  });

  test('asks for password and one-time code', async () => {
    const answers = ['OTP_REQUIRED', 'SUCCESS'];
    const seen: unknown[] = [];
    const methods = {
      'auth.login_ex': ([mechanism]: readonly unknown[]) => {
        seen.push(mechanism);
        return { response_type: answers.shift() };
      },
    };
    await diagnose(
      { methods },
      ['--truenas-password'],
      [
        TRUST,
        ['Password of root at 127.0.0.1: ', `${FAKE_PASSWORD}\r`],
        ['One-time code of the NAS: ', `${FAKE_CODE}\r`],
      ],
    );
    expect(seen).toMatchObject([{ password: FAKE_PASSWORD }, { otp_token: FAKE_CODE }]);
  });

  test('does not go on when its certificate is not trusted', async () => {
    const { calls, shown } = await diagnose({}, [], [[TRUST[0], 'no\r']]);
    expect(shown).toMatch(/was not accepted/);
    expect(calls).toEqual([]);
  });

  test.each(['a file', 'the environment'])(
    'takes the key from %s without a word',
    async (where) => {
      const file = join(folder, 'key');
      writeFileSync(file, `${FAKE_KEY}\n`);
      const args = where === 'a file' ? ['--truenas-key-file', file] : [];
      const env = where === 'a file' ? {} : { RETURNPATH_TRUENAS_KEY: FAKE_KEY };
      const { shown, calls } = await diagnose({}, args, [TRUST], env);
      expect(shown).not.toContain('API key for');
      expect(calls).toContain('auth.login_ex');
    },
  );
});
