import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';

/** Bearer tokens the server knows, kept as digests. */
export interface Tokens {
  add(token: string, user: User): void;
  userOf(token: string): User | undefined;
}

export function createTokens(): Tokens {
  const users = new Map<string, User>();
  const digest = (token: string): string => createHash('sha256').update(token).digest('hex');
  return {
    add: (token, user) => {
      users.set(digest(token), user);
    },
    userOf: (token) => users.get(digest(token)),
  };
}

/** The user name and groups of a service account. */
export function serviceAccountUser(namespace: string, name: string, uid?: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    ...(uid === undefined ? {} : { uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}

/**
 * Who sent a request: by client certificate, by bearer token, or nobody in particular.
 * `undefined` when credentials were given that are not known: the server then answers 401.
 */
export function authenticate(request: IncomingMessage, tokens: Tokens): User | undefined {
  const header = request.headers.authorization;
  if (header?.startsWith('Bearer ')) {
    const user = tokens.userOf(header.slice('Bearer '.length).trim());
    return user && known(user);
  }
  if (header !== undefined) return undefined;
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) return ANONYMOUS;
  const { subject } = socket.getPeerCertificate();
  if (!subject) return ANONYMOUS;
  if (!socket.authorized) return undefined;
  return known({ name: String(subject.CN), groups: listOf(subject.O) });
}

function known(user: User): User {
  return { ...user, groups: [...new Set([...user.groups, AUTHENTICATED])] };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** Whom a request wants to be taken for (`--as`, `--as-group`), where it does. */
export function impersonated({ headers }: Pick<IncomingMessage, 'headers'>): User | undefined {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string') return undefined;
  const asked = headers['impersonate-group'];
  const groups =
    typeof asked === 'string' ? asked.split(',').map((group) => group.trim()) : listOf(asked);
  const [, namespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(name) ?? [];
  const own = namespace && account ? serviceAccountUser(namespace, account).groups : [];
  return known({ name, groups: [...groups, ...own] });
}
