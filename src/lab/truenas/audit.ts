import { randomUUID } from 'node:crypto';
import type { NasDatabase } from './nas-database.ts';
import { originText, type Session } from './session.ts';

interface AuditEvent {
  readonly event: 'METHOD_CALL' | 'AUTHENTICATION' | 'WEBSHELL_AUTHENTICATION';
  readonly data: object;
  readonly success: boolean;
}

/** Writes one entry of the audit log, as `audit.query` shows it. */
export function recordAudit(
  database: NasDatabase,
  session: Session,
  { event, data, success }: AuditEvent,
): void {
  const atUnixMs = Date.now();
  const { credentials } = session;
  database.record({
    audit_id: randomUUID(),
    message_timestamp: Math.floor(atUnixMs / 1000),
    timestamp: { $date: atUnixMs },
    address: session.origin.address,
    username: credentials?.account.username ?? '.UNAUTHENTICATED',
    session: session.id,
    service: 'MIDDLEWARE',
    service_data: {
      vers: { major: 0, minor: 1 },
      origin: originText(session.origin),
      protocol: session.protocol,
      credentials: credentials
        ? {
            credentials: credentials.kind,
            credentials_data: { username: credentials.account.username },
          }
        : null,
    },
    event,
    event_data: data,
    success,
  });
}
