import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Mount, MountAsk, MountOutcome } from './runner.ts';

/**
 * Tries a mount's path from this process' own network namespace: for NFS a TCP connection, an RPC
 * NULL call (program 100003, version 4) that has to be answered, and a COMPOUND that looks up the
 * export; for iSCSI the connection.
 *
 * Source: RFC 5531 (ONC RPC over TCP with record marks), RFC 7530 (NFSv4.0).
 */
export const nodeMount: Mount = (ask) =>
  new Promise((resolve) => {
    const socket = connect({ host: ask.server, port: ask.port });
    const finish = (outcome: MountOutcome): void => {
      clearTimeout(timer);
      ask.signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve(outcome);
    };
    const stop = (): void => finish({ is: 'timed-out' });
    const timer = setTimeout(stop, ask.timeoutMs);
    ask.signal.addEventListener('abort', stop, { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => finish(outcomeOf(error)));
    socket.on('connect', () => greet(socket, ask, finish));
  });

function greet(socket: Socket, ask: MountAsk, finish: (outcome: MountOutcome) => void): void {
  if (ask.protocol === 'iscsi') {
    finish({ is: 'mounted' });
    return;
  }
  const xid = randomBytes(4);
  let answer = Buffer.alloc(0);
  let isGreeted = false;
  socket.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
    const record = recordOf(answer);
    if (!record) return;
    answer = answer.subarray(4 + record.length);
    const outcome = verdict(record, xid);
    if (isGreeted || outcome.is !== 'mounted') return finish(outcome);
    isGreeted = true;
    socket.write(call(xid, { procedure: COMPOUND, args: lookUp(ask.share) }));
  });
  socket.on('end', () => finish({ is: 'refused' }));
  socket.write(call(xid, { procedure: NULL, args: Buffer.alloc(0) }));
}

/** One whole record of one fragment, without its mark. */
function recordOf(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32BE(0) & ~LAST_FRAGMENT;
  return bytes.length < 4 + length ? undefined : bytes.subarray(4, 4 + length);
}

const NFS_PROGRAM = 100_003;
const NFS_VERSION = 4;
const LAST_FRAGMENT = 0x8000_0000;
const NULL = 0;
const COMPOUND = 1;
/** Xid, REPLY, reply state, verifier of nothing, accept state: RFC 5531, section 9. */
const REPLY_BYTES = 24;

function call(
  xid: Buffer,
  { procedure, args }: { readonly procedure: number; readonly args: Buffer },
): Buffer {
  // CALL, RPC version, program, version, procedure, no credential, no verifier
  const header = numbers([0, 2, NFS_PROGRAM, NFS_VERSION, procedure, 0, 0, 0, 0]);
  const body = Buffer.concat([xid, header, args]);
  return Buffer.concat([numbers([(LAST_FRAGMENT | body.length) >>> 0]), body]);
}

const OP = { getfh: 10, lookup: 15, putrootfh: 24 } as const;

/** Arguments of COMPOUND: no tag, minor version 0, and from the root to the export by its names. */
function lookUp(share: string): Buffer {
  const names = share.split('/').filter(Boolean);
  return Buffer.concat([
    numbers([0, 0, names.length + 2, OP.putrootfh]),
    ...names.map((name) =>
      Buffer.concat([numbers([OP.lookup, Buffer.byteLength(name)]), padded(name)]),
    ),
    numbers([OP.getfh]),
  ]);
}

function numbers(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) buffer.writeUInt32BE(value, at * 4);
  return buffer;
}

function padded(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** NFS4ERR_PERM, NFS4ERR_NOENT, NFS4ERR_ACCESS and NFS4ERR_WRONGSEC; RFC 7530, section 13.1. */
const BY_STATUS: Readonly<Record<number, MountOutcome>> = {
  1: { is: 'denied' },
  2: { is: 'no-such-export' },
  13: { is: 'denied' },
  10016: { is: 'denied' },
};

/** A server that has no version 4.0 has not refused the export: what it is asked next is not ours. */
function verdict(reply: Buffer, xid: Buffer): MountOutcome {
  const isOurs =
    reply.length >= 12 && reply.subarray(0, 4).equals(xid) && reply.readUInt32BE(4) === 1;
  const isAccepted = isOurs && reply.readUInt32BE(8) === 0;
  if (!isAccepted) return { is: 'denied' };
  if (reply.length < REPLY_BYTES + 4 || reply.readUInt32BE(20) !== 0) return { is: 'mounted' };
  return BY_STATUS[reply.readUInt32BE(REPLY_BYTES)] ?? { is: 'mounted' };
}

const BY_ERRNO: Readonly<Record<string, MountOutcome>> = {
  ECONNREFUSED: { is: 'refused' },
  EHOSTUNREACH: { is: 'no-route' },
  ENETUNREACH: { is: 'no-route' },
  ENOTFOUND: { is: 'not-resolved' },
  EAI_AGAIN: { is: 'not-resolved' },
};

function outcomeOf({ code = '' }: NodeJS.ErrnoException): MountOutcome {
  return BY_ERRNO[code] ?? { is: 'timed-out' };
}
