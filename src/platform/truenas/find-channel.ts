import { OutsideError } from '../../model/outside-error.ts';
import type { Channel } from './channel.ts';
import { DDP, type Dialect, JSON_RPC } from './dialects.ts';
import type { Door } from './door.ts';
import type { Secrets } from './problem.ts';
import { hasRest } from './rest.ts';
import { SocketChannel } from './socket-channel.ts';
import { upgrade } from './web-socket.ts';

/** What was found: a channel that still has to log in, or that only REST is there. */
export type FoundApi = Channel | 'rest';

/**
 * Finds out by asking which API a NAS has, the newest first: JSON-RPC (25.04 and later), the older
 * DDP (24.10), REST (up to 25.10, where no WebSocket gets through). No credential is needed for it.
 *
 * @throws {OutsideError} If it has none of them.
 */
export async function findChannel(
  door: Door,
  secrets: Secrets,
  signal: AbortSignal,
): Promise<FoundApi> {
  const refusals: string[] = [];
  for (const dialect of [JSON_RPC, DDP]) {
    const opened = await openSocket(door, dialect, { secrets, signal });
    if (typeof opened !== 'number') return opened;
    refusals.push(`${dialect.path}: HTTP ${opened}`);
  }
  if (await hasRest(door, signal)) return 'rest';
  throw new OutsideError({
    doing: `find the API of ${door.host}`,
    found: `there is a web server, but not that of a TrueNAS 24.10 or later (${refusals.join(', ')})`,
    next: 'check address and port; older releases are looked at with ssh://',
  });
}

async function openSocket(
  door: Door,
  dialect: Dialect,
  { secrets, signal }: { readonly secrets: Secrets; readonly signal: AbortSignal },
): Promise<SocketChannel | number> {
  const opened = await upgrade(door, dialect.path, signal);
  if (opened.is === 'refused') return opened.status;
  const channel = new SocketChannel(opened.socket, { dialect, secrets, host: door.host });
  try {
    await channel.begin(signal);
    return channel;
  } catch (error) {
    channel.close();
    throw error;
  }
}
