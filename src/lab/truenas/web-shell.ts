import { existsSync, readFileSync } from 'node:fs';
import type { WebSocket } from 'ws';
import type { Account } from './accounts.ts';
import { recordAudit } from './audit.ts';
import type { Container } from './container.ts';
import { containerCommand } from './container-exec.ts';
import type { Nas } from './method.ts';
import type { Session } from './session.ts';
import { APP_NAME } from './tailscale-app.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** What `login` gives to a shell of the host. */
const HOST_ENVIRONMENT = {
  TERM: 'xterm',
  PATH: '/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/root/bin',
  LC_ALL: 'C.UTF-8',
};
/** What 26 runs when it is given no command. */
const BASH_OR_SH = 'if command -v bash >/dev/null 2>&1; then exec bash -l; else exec sh; fi';

interface Options {
  readonly app_name?: string;
  readonly container_id?: string;
  readonly command?: string;
}

/**
 * A shell over a WebSocket: the first frame has a token and says where to, the answer is one frame of
 * JSON, and from then on both sides send the bytes of a terminal. Input must come in binary frames:
 * text cannot be written to a terminal by the middleware, which then ends the session.
 * Source: truenas/middleware apps/webshell_app.py at TS-25.10.6 and HEAD
 */
export function serveWebShell(
  nas: Nas,
  session: Session,
  { client, container }: { readonly client: WebSocket; readonly container: Container },
): void {
  let terminal: Terminal | undefined;
  const end = () => {
    nas.terminals.delete(session.id);
    terminal?.close();
    client.close(1000);
  };

  function begin(text: string): void {
    const { token, options = {} } = parse(text);
    if (token === undefined) return;
    const account = accountOf(nas, session, token);
    const refusal = account ? refusalFor(nas, account) : INVALID_TOKEN;
    if (!account || refusal) {
      client.send(JSON.stringify({ msg: 'failed', error: refusal }));
      return;
    }
    const place = placeOf(nas, { account, options, container });
    if (!place) {
      end();
      return;
    }
    recordShell(nas, session, options);
    terminal = openTerminal({
      ...place,
      onOutput: (bytes) => client.send(bytes),
      onEnd: end,
    });
    nas.terminals.set(session.id, terminal);
    client.send(JSON.stringify({ msg: 'connected', id: session.id }));
  }

  client.on('message', (data, isBinary) => {
    if (!terminal) begin(data.toString('utf8'));
    else if (isBinary) terminal.write(data);
    else end();
  });
  client.on('close', end);
}

const INVALID_TOKEN = { error: 207, reason: 'Invalid token' };
const SHELL_DENIED = { error: 13, reason: 'Web shell privilege not granted for this account' };

/** Up to 25.10 whoever may open no shell is told that the token is no good. */
function refusalFor({ release }: Nas, { webShell }: Account): object | undefined {
  if (webShell) return undefined;
  return release.shellSplits ? SHELL_DENIED : INVALID_TOKEN;
}

function accountOf(nas: Nas, session: Session, text: string): Account | undefined {
  const token = nas.tokens.use(text, session);
  if (!token || Object.keys(token.attributes).length > 0) return undefined;
  const { credentials } = token;
  if (credentials.kind === 'API_KEY' && !nas.release.keysAreUsers) return undefined;
  session.credentials = credentials;
  return credentials.account;
}

interface Wanted {
  readonly account: Account;
  readonly options: Options;
  readonly container: Container;
}

type Place = Pick<Parameters<typeof openTerminal>[0], 'argv' | 'env' | 'cwd'>;

/** Undefined where the real one ends with an exception: no such container. */
function placeOf(nas: Nas, { account, options, container }: Wanted): Place | undefined {
  const home = existsSync(account.home) ? account.home : '/';
  const env = { ...HOST_ENVIRONMENT, HOME: home };
  if (options.app_name === undefined) return { argv: loginAs(account), env, cwd: home };
  if (options.app_name !== APP_NAME || options.container_id === undefined) return undefined;
  if (options.container_id !== container.id()) return undefined;
  const { argv, refusal } = containerCommand(container, commandOf(nas, options), { TERM: 'xterm' });
  const said = ['sh', '-c', 'printf "%s\\n" "$1"; exit 126', 'sh', refusal ?? ''];
  return { argv: refusal === undefined ? argv : said, env, cwd: '/' };
}

function commandOf({ release }: Nas, { command }: Options): readonly string[] {
  return release.shellSplits ? ['/bin/sh', '-c', command || BASH_OR_SH] : [command || '/bin/bash'];
}

/** A login shell of that user; in a user namespace there is nobody but root. */
function loginAs({ uid }: Account): readonly string[] {
  const shell = existsSync('/bin/bash') ? ['/bin/bash', '-l'] : ['/bin/sh', '-l'];
  if (uid === 0 || !hasManyUsers()) return shell;
  const options = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return ['/usr/bin/setpriv', ...options, ...shell];
}

/** A user namespace of ours maps one user. */
function hasManyUsers(): boolean {
  return Number(readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)[2]) > 1;
}

function recordShell(nas: Nas, session: Session, options: Options): void {
  const isApp = options.app_name !== undefined;
  const target = isApp ? { app_name: options.app_name, container_id: options.container_id } : null;
  const username = session.credentials?.account.username;
  const data = { shell_type: isApp ? 'APP' : 'HOST', target, username, error: null };
  recordAudit(nas.database, session, { event: 'WEBSHELL_AUTHENTICATION', data, success: true });
}

interface First {
  readonly token?: string;
  readonly options?: Options;
}

/** What is no JSON with a token is passed over. */
function parse(text: string): First {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as First) : {};
  } catch {
    // not JSON
    return {};
  }
}
