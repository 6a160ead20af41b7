import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { OutsideError } from '../../src/model/outside-error.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import type { TruenasLogin } from '../../src/ports/truenas.ts';
import type { OpenVantage, Vantage } from '../../src/ports/vantage.ts';
import {
  FAKE_CODE,
  FAKE_KEY,
  FAKE_PASSWORD,
  FAKE_TOKEN,
  type FakeTruenas,
  type FakeTruenasOptions,
  fakeTruenas,
} from './fake-truenas.ts';

/** None of them may be seen anywhere. */
export const SECRETS = [FAKE_KEY, FAKE_PASSWORD, FAKE_TOKEN, FAKE_CODE];
export const never = new AbortController().signal;

const running: FakeTruenas[] = [];
const opened: Vantage[] = [];
let folder: string | undefined;

afterEach(async () => {
  await Promise.all(opened.splice(0).map((vantage) => vantage.close()));
  await stopAll();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
});

/** A path in a folder that goes with the test. */
export function scratch(name: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'returnpath-truenas-'));
  return join(folder, name);
}

export async function start(options: FakeTruenasOptions = {}): Promise<FakeTruenas> {
  const fake = await fakeTruenas(options);
  running.push(fake);
  return fake;
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((fake) => fake.stop()));
}

export function loginOf(change: Partial<TruenasLogin> = {}): TruenasLogin {
  return {
    credential: ({ user }) => Promise.resolve({ kind: 'api-key', key: FAKE_KEY, username: user }),
    trust: () => Promise.resolve(true),
    pinFile: scratch('state/pins.json'),
    ...change,
  };
}

export const withPassword: Partial<TruenasLogin> = {
  credential: () =>
    Promise.resolve({ kind: 'password', username: 'root', password: FAKE_PASSWORD }),
};

/** Opens vantages as the program does; there is no lab. */
export const openAny: OpenVantage = openVantageIn({
  locateLabHost: () => Promise.reject(new Error('no lab')),
  agentPath: '',
  interactive: false,
});

export async function open(
  fake: { readonly port: number },
  change: Partial<TruenasLogin> = {},
  host = 'root@127.0.0.1',
): Promise<Vantage> {
  const url = `truenas://${host}:${fake.port}`;
  const vantage = await openAny(url, { truenas: loginOf(change) }, never);
  opened.push(vantage);
  return vantage;
}

/** What went wrong, with everything in it that a person or a log could see. */
export async function problemOf(promise: Promise<unknown> | undefined): Promise<OutsideError> {
  const error = await promise?.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutsideError);
  const { message, next } = error as OutsideError;
  expect(next).toBeTruthy();
  expect(SECRETS.filter((secret) => `${message} ${next}`.includes(secret))).toEqual([]);
  return error as OutsideError;
}
