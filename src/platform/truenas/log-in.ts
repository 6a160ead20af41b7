import { OutsideError } from '../../model/outside-error.ts';
import type { TruenasCredential } from '../../ports/truenas.ts';
import type { Channel } from './channel.ts';
import { NoSuchMethod, type Secrets } from './problem.ts';

export interface LogInOptions {
  readonly host: string;
  readonly secrets: Secrets;
  /** Absent where nobody could be asked. */
  readonly oneTimeCode?: (() => Promise<string>) | undefined;
  readonly signal: AbortSignal;
}

export interface LoggedIn {
  /** A one-time code cannot be used again, so this log-in cannot be repeated without asking. */
  readonly usedOneTimeCode: boolean;
}

const LOGIN_TIMEOUT_MS = 20_000;

/**
 * Logs in by `auth.login_ex`; where a release has none, or the user of a key is not known, by the
 * older calls.
 *
 * @throws {OutsideError} If we are not let in.
 *
 * Source: truenas middleware, plugins/auth.py, plugins/auth_/login_ex_impl.py
 */
export async function logIn(
  channel: Channel,
  credential: TruenasCredential,
  options: LogInOptions,
): Promise<LoggedIn> {
  if (credential.kind === 'api-key' && credential.username === undefined) {
    return byOlderCall(channel, 'auth.login_with_api_key', [credential.key], options);
  }
  try {
    return await byLoginEx(channel, mechanismOf(credential), options);
  } catch (error) {
    if (!(error instanceof NoSuchMethod)) throw error;
    if (credential.kind === 'api-key') {
      return byOlderCall(channel, 'auth.login_with_api_key', [credential.key], options);
    }
    return byOldPassword(channel, credential, options);
  }
}

function mechanismOf(credential: TruenasCredential): Readonly<Record<string, unknown>> {
  return credential.kind === 'api-key'
    ? { mechanism: 'API_KEY_PLAIN', username: credential.username, api_key: credential.key }
    : {
        mechanism: 'PASSWORD_PLAIN',
        username: credential.username,
        password: credential.password,
      };
}

async function byLoginEx(
  channel: Channel,
  mechanism: Readonly<Record<string, unknown>>,
  options: LogInOptions,
): Promise<LoggedIn> {
  const first = await loginEx(channel, mechanism, options);
  if (first === 'SUCCESS') return { usedOneTimeCode: false };
  if (first !== 'OTP_REQUIRED') throw refused(first, options.host);
  const code = await oneTimeCode(options);
  const second = await loginEx(channel, { mechanism: 'OTP_TOKEN', otp_token: code }, options);
  if (second !== 'SUCCESS') throw refused(`${second} for the one-time code`, options.host);
  return { usedOneTimeCode: true };
}

async function loginEx(
  channel: Channel,
  mechanism: Readonly<Record<string, unknown>>,
  { signal }: LogInOptions,
): Promise<string> {
  const ask = { signal, timeoutMs: LOGIN_TIMEOUT_MS };
  const answer = await channel.call('auth.login_ex', [mechanism], ask);
  const { response_type: type } = Object(answer) as { response_type?: unknown };
  return typeof type === 'string' ? type : 'an answer without response_type';
}

async function byOlderCall(
  channel: Channel,
  method: string,
  params: readonly unknown[],
  { host, signal }: LogInOptions,
): Promise<LoggedIn> {
  const ask = { signal, timeoutMs: LOGIN_TIMEOUT_MS };
  if ((await channel.call(method, params, ask)) !== true) throw refused('AUTH_ERR', host);
  return { usedOneTimeCode: false };
}

async function byOldPassword(
  channel: Channel,
  { username, password }: Extract<TruenasCredential, { kind: 'password' }>,
  options: LogInOptions,
): Promise<LoggedIn> {
  const { host, signal } = options;
  const ask = { signal, timeoutMs: LOGIN_TIMEOUT_MS };
  const hasSecondFactor = await channel
    .call('auth.two_factor_auth', [username, password], ask)
    .catch((error: unknown) => {
      if (error instanceof NoSuchMethod) return false;
      throw error;
    });
  const code = hasSecondFactor === true ? await oneTimeCode(options) : undefined;
  const params = code === undefined ? [username, password] : [username, password, code];
  if ((await channel.call('auth.login', params, ask)) !== true) throw refused('AUTH_ERR', host);
  return { usedOneTimeCode: code !== undefined };
}

async function oneTimeCode({ host, secrets, oneTimeCode: askFor }: LogInOptions): Promise<string> {
  if (!askFor) {
    throw new OutsideError({
      doing: `log in to the API of ${host}`,
      found: 'it wants a one-time code, and nobody can be asked',
      next: 'run it at a terminal, or use an API key, which wants none',
    });
  }
  const code = (await askFor()).trim();
  secrets.add(code);
  return code;
}

const NEW_KEY = 'make a new key: Credentials > Users > API Keys';

/** What each answer of `auth.login_ex` means, and what to do. */
const REFUSALS: Readonly<Record<string, readonly [found: string, next: string]>> = {
  AUTH_ERR: [
    'it does not accept the key or password',
    'check the user name in truenas://USER@HOST, and that the key belongs to it',
  ],
  EXPIRED: [
    'the key or password has expired or was revoked; a key that ever came over plain HTTP is revoked by the NAS',
    NEW_KEY,
  ],
  DENIED: ['this user may not use the API', 'give it a role: Credentials > Groups > Privileges'],
  REDIRECT: ['this is the standby controller', 'use the address of the active one'],
  SCRAM_RESPONSE: ['it wants another kind of log-in than was asked for', NEW_KEY],
};

function refused(type: string, host: string): OutsideError {
  const [found, next] = REFUSALS[type] ?? [`it said ${type.slice(0, 80)}`, NEW_KEY];
  return new OutsideError({ doing: `log in to the API of ${host}`, found, next });
}
