/**
 * ONC RPC version 2 (RFC 5531) as a server sees it: calls in, replies out, no authentication.
 * Numbers are big-endian 32-bit words.
 */

/** A program that can be called: what it answers to procedure numbers, by version. */
export interface RpcProgram {
  readonly program: number;
  readonly versions: readonly number[];
  /** Results of a procedure, or `undefined` if there is no such procedure. */
  call(procedure: number, args: Buffer, version: number): Buffer | undefined;
}

const CALL = 0;
const REPLY = 1;
const RPC_VERSION = 2;
const ACCEPTED = 0;
const DENIED = 1;
const RPC_MISMATCH = 0;
const STATUS = { success: 0, programUnavailable: 1, programMismatch: 2, noProcedure: 3 } as const;
const CALL_HEADER_BYTES = 24;

/**
 * The reply to one call message.
 *
 * @returns `undefined` for what is no RPC call at all, as servers drop it.
 */
export function answerCall(message: Buffer, programs: readonly RpcProgram[]): Buffer | undefined {
  if (message.length < CALL_HEADER_BYTES || message.readUInt32BE(4) !== CALL) return undefined;
  const xid = message.readUInt32BE(0);
  if (message.readUInt32BE(8) !== RPC_VERSION) {
    return words(xid, REPLY, DENIED, RPC_MISMATCH, RPC_VERSION, RPC_VERSION);
  }
  const found = programs.filter(({ program }) => program === message.readUInt32BE(12));
  if (found.length === 0) return accepted(xid, words(STATUS.programUnavailable));
  const version = message.readUInt32BE(16);
  const program = found.find(({ versions }) => versions.includes(version));
  if (!program) {
    const known = found.flatMap(({ versions }) => versions);
    const mismatch = words(STATUS.programMismatch, Math.min(...known), Math.max(...known));
    return accepted(xid, mismatch);
  }
  const args = argumentsOf(message);
  const results = args && program.call(message.readUInt32BE(20), args, version);
  if (!results) return accepted(xid, words(STATUS.noProcedure));
  return accepted(xid, Buffer.concat([words(STATUS.success), results]));
}

/** What follows the credential and the verifier, each a flavour and an opaque of its own length. */
function argumentsOf(message: Buffer): Buffer | undefined {
  let offset = CALL_HEADER_BYTES;
  for (const _ of ['credential', 'verifier']) {
    if (message.length < offset + 8) return undefined;
    offset += 8 + Math.ceil(message.readUInt32BE(offset + 4) / 4) * 4;
  }
  return message.length < offset ? undefined : message.subarray(offset);
}

function accepted(xid: number, body: Buffer): Buffer {
  const noVerifier = [0, 0] as const;
  return Buffer.concat([words(xid, REPLY, ACCEPTED, ...noVerifier), body]);
}

export function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, index * 4);
  return buffer;
}
