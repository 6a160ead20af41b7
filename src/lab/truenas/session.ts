import { randomUUID } from 'node:crypto';
import type { Account, ApiKey } from './accounts.ts';

/** Where a connection comes from. */
export interface Origin {
  readonly address: string;
  readonly port: number;
  /** TLS, or loopback: an API key may travel over it. */
  readonly secure: boolean;
}

export type CredentialKind = 'LOGIN_PASSWORD' | 'LOGIN_TWOFACTOR' | 'API_KEY' | 'TOKEN';

export interface Credentials {
  readonly kind: CredentialKind;
  readonly account: Account;
  readonly key?: ApiKey;
}

/** What is said to a client without being asked. */
export interface Notice {
  readonly msg: 'added' | 'changed' | 'removed';
  readonly collection: string;
  readonly id: unknown;
  readonly fields?: object;
}

/** One connection of a client, or one REST request. */
export interface Session {
  readonly id: string;
  readonly origin: Origin;
  readonly protocol: 'WEBSOCKET' | 'REST';
  credentials: Credentials | undefined;
  /** Whose password was right and whose one-time code is still to come. */
  awaitsOtp: Account | undefined;
  legacyJobs: boolean;
  /** Identifier of a subscription to its collection. */
  readonly subscriptions: Map<string, string>;
  notify(notice: Notice): void;
  /** Ends the connection without a word. */
  cut(): void;
}

export function createSession(
  origin: Origin,
  protocol: Session['protocol'],
  wire: Pick<Session, 'notify' | 'cut'>,
): Session {
  return {
    id: randomUUID(),
    origin,
    protocol,
    credentials: undefined,
    awaitsOtp: undefined,
    legacyJobs: true,
    subscriptions: new Map(),
    ...wire,
  };
}

/** `FULL_ADMIN` may do everything, `READONLY_ADMIN` read everything, a writer read what it writes. */
export function hasRole({ roles }: Account, role: string): boolean {
  return (
    roles.includes('FULL_ADMIN') ||
    roles.includes(role) ||
    (role.endsWith('_READ') &&
      (roles.includes('READONLY_ADMIN') || roles.includes(role.replace(/_READ$/, '_WRITE'))))
  );
}

export function originText({ address, port }: Origin): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
