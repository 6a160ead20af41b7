import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Mount, MountAsk, MountOutcome } from './runner.ts';

/**
 * Tries a mount's path from this process' own network namespace: for NFS a TCP connection and an
 * RPC NULL call (program 100003, version 4) that has to be answered, for iSCSI the connection.
 *
 * Source: RFC 5531 (ONC RPC over TCP with record marks), RFC 7530 (NFSv4 NULL).
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
  socket.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
    if (answer.length >= REPLY_BYTES) finish(verdict(answer, xid));
  });
  socket.on('end', () => finish({ is: 'refused' }));
  socket.write(nullCall(xid));
}

const NFS_PROGRAM = 100_003;
const NFS_VERSION = 4;
const LAST_FRAGMENT = 0x8000_0000;
/** Record mark, xid, REPLY, reply state; RFC 5531, section 9. */
const REPLY_BYTES = 16;

function nullCall(xid: Buffer): Buffer {
  // CALL, RPC version, program, version, procedure NULL, no credential, no verifier
  const words = [0, 2, NFS_PROGRAM, NFS_VERSION, 0, 0, 0, 0, 0];
  const body = Buffer.alloc(4 + words.length * 4);
  xid.copy(body);
  for (const [at, word] of words.entries()) body.writeUInt32BE(word, 4 + at * 4);
  const mark = Buffer.alloc(4);
  mark.writeUInt32BE((LAST_FRAGMENT | body.length) >>> 0);
  return Buffer.concat([mark, body]);
}

function verdict(answer: Buffer, xid: Buffer): MountOutcome {
  const isOurs = answer.subarray(4, 8).equals(xid) && answer.readUInt32BE(8) === 1;
  const isAccepted = answer.readUInt32BE(12) === 0;
  return isOurs && isAccepted ? { is: 'mounted' } : { is: 'denied' };
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
