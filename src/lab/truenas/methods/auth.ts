import {
  type LoginOutcome,
  logIn,
  needsOtp,
  tryApiKey,
  tryOtp,
  tryPassword,
  tryToken,
  userInfo,
} from '../authenticate.ts';
import { CallError, invalid } from '../call-error.ts';
import type { Call, Methods, Nas } from '../method.ts';
import { fieldOf, objectAt, textAt } from '../params.ts';
import type { Session } from '../session.ts';

/** How one logs in, and what stands for a log-in. */
export const authMethods: Methods = {
  'auth.login_ex': {
    params: ['login_data'],
    open: true,
    since: '25.04',
    call: ({ nas, session, params }) => loginEx(nas, session, objectAt(params, 0, 'login_data')),
  },
  'auth.login_ex_continue': {
    params: ['login_data'],
    open: true,
    since: '25.04',
    call: ({ nas, session, params }) => loginEx(nas, session, objectAt(params, 0, 'login_data')),
  },
  'auth.login': { params: ['username', 'password', 'otp_token?'], open: true, call: login },
  'auth.login_with_api_key': {
    params: ['api_key'],
    open: true,
    async call({ nas, session, params }) {
      return entered(nas, session, await tryApiKey(nas, session, textAt(params, 0, 'api_key')));
    },
  },
  'auth.login_with_token': {
    params: ['token'],
    open: true,
    async call({ nas, session, params }) {
      return entered(nas, session, await tryToken(nas, session, textAt(params, 0, 'token')));
    },
  },
  'auth.mechanism_choices': {
    params: [],
    open: true,
    since: '25.04',
    call: () => ['API_KEY_PLAIN', 'TOKEN_PLAIN', 'PASSWORD_PLAIN'],
  },
  'auth.me': { params: [], call: ({ session }) => userInfo(accountOf(session)) },
  'auth.two_factor_auth': {
    params: ['username', 'password'],
    open: true,
    call: ({ params }) =>
      needsOtp({
        username: textAt(params, 0, 'username'),
        password: textAt(params, 1, 'password'),
      }),
  },
  'auth.logout': {
    params: [],
    call({ session }) {
      session.credentials = undefined;
      return true;
    },
  },
  'auth.generate_token': {
    params: ['ttl?', 'attrs?', 'match_origin?', 'single_use?'],
    call: generateToken,
  },
  'auth.twofactor.config': {
    params: [],
    role: 'AUTH_TWOFACTOR_READ',
    call: () => ({ id: 1, enabled: true, window: 1, services: { ssh: false } }),
  },
};

type LoginData = Readonly<Record<string, unknown>>;

async function loginEx(nas: Nas, session: Session, data: LoginData): Promise<object> {
  const outcome = await tryMechanism(nas, session, data);
  if (outcome.is === 'OTP_REQUIRED') {
    return { response_type: 'OTP_REQUIRED', username: outcome.username };
  }
  if (outcome.is !== 'SUCCESS') return { response_type: outcome.is };
  const { credentials } = outcome;
  logIn(nas, session, credentials);
  const options = objectAt([data['login_options']], 0, 'login_options');
  const info = fieldOf<boolean>(options, 'user_info', { type: 'boolean', fallback: true });
  return {
    response_type: 'SUCCESS',
    user_info: info ? userInfo(credentials.account) : null,
    authenticator: credentials.kind === 'LOGIN_TWOFACTOR' ? 'LEVEL_2' : 'LEVEL_1',
    ...(options['reconnect_token'] === true
      ? { reconnect_token: nas.tokens.create(session, credentials, RECONNECT) }
      : {}),
  };
}

const RECONNECT = { ttlSeconds: 600, attributes: {}, matchOrigin: true, singleUse: true };

function tryMechanism(nas: Nas, session: Session, data: LoginData): Promise<LoginOutcome> {
  const text = (name: string) => fieldOf<string>(data, name, { type: 'string' });
  switch (data['mechanism']) {
    case 'API_KEY_PLAIN':
      return tryApiKey(nas, session, text('api_key'), text('username'));
    case 'PASSWORD_PLAIN':
      return tryPassword(nas, session, { username: text('username'), password: text('password') });
    case 'TOKEN_PLAIN':
      return tryToken(nas, session, text('token'));
    case 'OTP_TOKEN':
      return tryOtp(nas, session, text('otp_token'));
    default:
      throw invalid(
        'login_data',
        `Input tag '${String(data['mechanism'])}' found using 'mechanism' does not match any of the expected tags: 'API_KEY_PLAIN', 'PASSWORD_PLAIN', 'TOKEN_PLAIN', 'OTP_TOKEN'`,
      );
  }
}

/** The old way: one call with everything, one word as the answer. */
async function login({ nas, session, params }: Call): Promise<boolean> {
  const username = textAt(params, 0, 'username');
  const first = await tryPassword(nas, session, {
    username,
    password: textAt(params, 1, 'password'),
  });
  const code = params[2];
  if (first.is !== 'OTP_REQUIRED') return entered(nas, session, first);
  const second = await tryOtp(nas, session, typeof code === 'string' ? code : '');
  return entered(nas, session, second);
}

function entered(nas: Nas, session: Session, outcome: LoginOutcome): boolean {
  if (outcome.is === 'SUCCESS') logIn(nas, session, outcome.credentials);
  return outcome.is === 'SUCCESS';
}

function generateToken({ nas, session, params }: Call): string {
  const { credentials } = session;
  if (!credentials) throw new CallError('Not authenticated', 'EACCES');
  const [ttl, , matchOrigin = true, singleUse = false] = params;
  return nas.tokens.create(session, credentials, {
    ttlSeconds: typeof ttl === 'number' ? ttl : 600,
    attributes: objectAt(params, 1, 'attrs'),
    matchOrigin: matchOrigin !== false,
    singleUse: singleUse === true,
  });
}

function accountOf({ credentials }: Session) {
  if (!credentials) throw new CallError('Not authenticated', 'ENOTAUTHENTICATED');
  return credentials.account;
}
