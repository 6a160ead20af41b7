import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  ACCOUNTS,
  type Account,
  API_KEYS,
  type ApiKey,
  accountNamed,
  isOtpOf,
  isSameSecret,
} from './accounts.ts';
import { recordAudit } from './audit.ts';
import type { Nas } from './method.ts';
import type { Credentials, Session } from './session.ts';

/** The real one waits one to three seconds by the log-in policy in force. */
const FAILURE_DELAY_MS = 300;
/** Longer than the five seconds that democratic-csi gives an answer. */
const SLOW_LOGIN_MS = 6_000;

export type LoginOutcome =
  | { readonly is: 'SUCCESS'; readonly credentials: Credentials }
  | { readonly is: 'AUTH_ERR' | 'EXPIRED' | 'DENIED' }
  | { readonly is: 'OTP_REQUIRED'; readonly username: string };

/**
 * Tries an API key. One that is right but came over plain transport from another host is revoked
 * for good, on every transport.
 * Source: middleware plugins/auth_/login_ex_impl.py, login_ex_api_key_plain()
 *
 * @param username Whose it must be; absent: of whomever the id in the key says.
 */
export async function tryApiKey(
  nas: Nas,
  session: Session,
  text: string,
  username?: string,
): Promise<LoginOutcome> {
  await delayed(nas);
  const key = keyOf(text);
  const account = key && accountNamed(key.username);
  if (!key || !account || (username ?? key.username) !== key.username) {
    return await refused(nas, session, 'AUTH_ERR', 'Invalid API key');
  }
  if (key.expired) return await refused(nas, session, 'EXPIRED', 'Api key is expired');
  if (nas.database.data.revokedKeys.includes(key.id)) {
    return await refused(nas, session, 'AUTH_ERR', 'API key is revoked');
  }
  if (!session.origin.secure && nas.release.revokesPlainKeys) {
    revoke(nas, key);
    return await refused(nas, session, 'EXPIRED', 'API key revoked due to insecure transport');
  }
  return { is: 'SUCCESS', credentials: { kind: 'API_KEY', account, key } };
}

interface PasswordLogin {
  readonly username: string;
  readonly password: string;
}

/** Whether somebody whose password is right must give a one-time code as well. */
export function needsOtp({ username, password }: PasswordLogin): boolean {
  const account = accountNamed(username);
  return account?.otpSecret !== undefined && isSameSecret(password, account.password ?? '');
}

/** Tries a password; a user with a second factor is asked for its code next. */
export async function tryPassword(
  nas: Nas,
  session: Session,
  { username, password }: PasswordLogin,
): Promise<LoginOutcome> {
  await delayed(nas);
  const account = accountNamed(username);
  const known = account?.password;
  if (!account || known === undefined || !isSameSecret(password, known)) {
    return await refused(nas, session, 'AUTH_ERR', 'Bad username or password');
  }
  if (account.otpSecret === undefined) {
    return { is: 'SUCCESS', credentials: { kind: 'LOGIN_PASSWORD', account } };
  }
  session.awaitsOtp = account;
  return { is: 'OTP_REQUIRED', username };
}

/** Tries the code of whoever's password this session has given; each is asked once. */
export async function tryOtp(nas: Nas, session: Session, code: string): Promise<LoginOutcome> {
  const account = session.awaitsOtp;
  session.awaitsOtp = undefined;
  if (!isOtpRight(account, code)) {
    return await refused(nas, session, 'AUTH_ERR', 'One-time token validation failed');
  }
  return { is: 'SUCCESS', credentials: { kind: 'LOGIN_TWOFACTOR', account } };
}

export async function tryToken(nas: Nas, session: Session, text: string): Promise<LoginOutcome> {
  await delayed(nas);
  const token = nas.tokens.use(text, session);
  if (!token || Object.keys(token.attributes).length > 0) {
    return await refused(nas, session, 'AUTH_ERR', token ? 'Bad token' : 'Invalid token');
  }
  return { is: 'SUCCESS', credentials: { ...token.credentials, kind: 'TOKEN' } };
}

/** Makes a session that of its credentials. */
export function logIn(nas: Nas, session: Session, credentials: Credentials): void {
  session.credentials = credentials;
  recordAuthentication(nas, session, null);
}

/** What `auth.me` and a successful log-in say of a user. */
export function userInfo(account: Account): object {
  return {
    pw_name: account.username,
    pw_gecos: '',
    pw_dir: account.home,
    pw_shell: '/usr/bin/bash',
    pw_uid: account.uid,
    pw_gid: account.uid,
    grouplist: null,
    sid: null,
    source: 'LOCAL',
    local: true,
    attributes: {},
    two_factor_config: {
      secret_configured: account.otpSecret !== undefined,
      provisioning_uri: null,
    },
    privilege: {
      roles: { $set: account.roles },
      allowlist: account.roles.includes('FULL_ADMIN') ? [{ method: '*', resource: '*' }] : [],
      web_shell: account.webShell,
      webui_access: true,
    },
    account_attributes: ['LOCAL'],
  };
}

function isOtpRight(account: Account | undefined, code: string): account is Account {
  const secret = ACCOUNTS.find((known) => known === account)?.otpSecret;
  return secret !== undefined && isOtpOf(secret, code, Date.now());
}

function keyOf(text: string): ApiKey | undefined {
  const id = Number(text.split('-')[0]);
  const key = API_KEYS.find((known) => known.id === id);
  return key && isSameSecret(text, key.key) ? key : undefined;
}

function revoke({ database }: Nas, { id, name, username }: ApiKey): void {
  const { revokedKeys, alerts } = database.data;
  const uuid = randomUUID();
  const alert = {
    uuid,
    source: '',
    klass: 'ApiKeyRevoked',
    args: { key_name: name },
    node: 'Controller A',
    key: JSON.stringify({ key_name: name }),
    datetime: { $date: Date.now() },
    last_occurrence: { $date: Date.now() },
    dismissed: false,
    mail: null,
    text: '%(key_name)s: API key has been revoked and must either be renewed or deleted.',
    id: uuid,
    level: 'WARNING',
    formatted: `${name}: API key of ${username} has been revoked and must either be renewed or deleted. Once the maintenance is complete, API client configuration must be updated to use the renewed API key. Reason: Attempt to use over an insecure transport`,
    one_shot: true,
  };
  database.change({ revokedKeys: [...revokedKeys, id], alerts: [...alerts, alert] });
}

async function delayed({ trouble }: Nas): Promise<void> {
  if (trouble === 'slow-login') await wait(SLOW_LOGIN_MS);
}

async function refused(
  nas: Nas,
  session: Session,
  is: 'AUTH_ERR' | 'EXPIRED' | 'DENIED',
  reason: string,
): Promise<LoginOutcome> {
  recordAuthentication(nas, session, reason);
  await wait(FAILURE_DELAY_MS);
  return { is };
}

function recordAuthentication(nas: Nas, session: Session, error: string | null): void {
  const credentials = session.credentials?.kind ?? null;
  const data = { credentials: { credentials, credentials_data: {} }, error };
  recordAudit(nas.database, session, { event: 'AUTHENTICATION', data, success: error === null });
}
