import type { Dialogue, Said } from './dialogue.ts';

// ONC RPC, RFC 5531: a call of procedure 0 (NULL) of program 100003 (NFS), version 3, without
// credentials. Over TCP a record of one fragment: four bytes of length, top bit set on the last.
const NFS_PROGRAM = 100_003;
const NFS_VERSION = 3;
const RPC_VERSION = 2;
const LAST_FRAGMENT = 0x8000_0000;
const REPLY = 1;
const ACCEPT_STATES = [
  'accepted',
  'program unavailable',
  'version mismatch',
  'procedure unavailable',
  'garbage arguments',
  'system error',
];

/** Asks the NFS server for nothing. Whatever it replies, it is alive: also "not this version". */
export function nfsDialogue(): Dialogue {
  // only has to differ from what another program on the same connection could use: none does
  const xid = Math.floor(Math.random() * 2 ** 32);
  const call = [xid, 0, RPC_VERSION, NFS_PROGRAM, NFS_VERSION, 0, 0, 0, 0, 0];
  const words = [(LAST_FRAGMENT | (call.length * 4)) >>> 0, ...call];
  const request = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) request.writeUInt32BE(word, index * 4);
  return { request, understand: (bytes) => understandReply(bytes, xid) };
}

function understandReply(bytes: Buffer, xid: number): Said | undefined {
  if (bytes.length < 16) return undefined;
  if (bytes.readUInt32BE(4) !== xid || bytes.readUInt32BE(8) !== REPLY) {
    return { detail: 'answers, but not in ONC RPC' };
  }
  if (bytes.readUInt32BE(12) !== 0) return { detail: 'RPC NULL denied' };
  if (bytes.length < 24) return undefined;
  // the verifier is an opaque of variable length, in front of the state
  const verifierBytes = Math.ceil(bytes.readUInt32BE(20) / 4) * 4;
  const at = 24 + verifierBytes;
  if (verifierBytes > 400) return { detail: 'answers, but not in ONC RPC' };
  if (bytes.length < at + 4) return undefined;
  const state = bytes.readUInt32BE(at);
  return { detail: `RPC NULL ${ACCEPT_STATES[state] ?? `state ${state}`}` };
}
