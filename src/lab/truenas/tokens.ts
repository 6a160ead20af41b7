import { randomBytes } from 'node:crypto';
import type { Credentials, Session } from './session.ts';

interface Token {
  readonly credentials: Credentials;
  readonly attributes: object;
  readonly address: string | undefined;
  readonly singleUse: boolean;
  readonly ttlMs: number;
  usedAtMs: number;
}

export interface TokenOptions {
  readonly ttlSeconds: number;
  readonly attributes: object;
  readonly matchOrigin: boolean;
  readonly singleUse: boolean;
}

/** Stand-ins for a log-in, for file transfers, web shells and reconnecting. */
export interface Tokens {
  create(session: Session, credentials: Credentials, options: TokenOptions): string;
  /** Whose it is; undefined if it is unknown, too old, or used from somewhere else. */
  use(token: string, session: Pick<Session, 'origin'>): Omit<Token, 'usedAtMs'> | undefined;
}

export function createTokens(now: () => number): Tokens {
  const tokens = new Map<string, Token>();
  return {
    create({ origin }, credentials, { ttlSeconds, attributes, matchOrigin, singleUse }) {
      const token = randomBytes(36).toString('base64url');
      tokens.set(token, {
        credentials,
        attributes,
        address: matchOrigin ? origin.address : undefined,
        singleUse,
        ttlMs: ttlSeconds * 1000,
        usedAtMs: now(),
      });
      return token;
    },
    use(text, { origin }) {
      const token = tokens.get(text);
      if (!token) return undefined;
      if (now() > token.usedAtMs + token.ttlMs) tokens.delete(text);
      if (!tokens.has(text) || (token.address ?? origin.address) !== origin.address) {
        return undefined;
      }
      token.usedAtMs = now();
      if (token.singleUse) tokens.delete(text);
      return token;
    },
  };
}
