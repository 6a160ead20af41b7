import { words } from './rpc.ts';

// NFS version 4.0 as far as a client looks up the path of an export: PUTROOTFH, LOOKUP for each
// part of the path, GETFH. Source: RFC 7530, sections 15.2, 16.8, 16.13 and 16.20.

const OP = { getfh: 10, lookup: 15, putrootfh: 24, illegal: 10_044 } as const;
const STATUS = { ok: 0, denied: 13, illegal: 10_044, minorVersion: 10_021 } as const;
const HANDLE = Buffer.from('lab-file-handle!');

/**
 * Answers a COMPOUND call.
 *
 * @param isDenied The share does not let this client in: the path cannot be looked up.
 * @returns `undefined` for arguments that cannot be read.
 */
export function answerCompound(args: Buffer, isDenied: boolean): Buffer | undefined {
  const reader = createReader(args);
  const tag = reader.opaque();
  const minor = reader.word();
  const count = reader.word();
  if (tag === undefined || minor === undefined || count === undefined) return undefined;
  const head = Buffer.concat([words(tag.length), padded(tag)]);
  if (minor !== 0) return Buffer.concat([words(STATUS.minorVersion), head, words(0)]);
  const results: Buffer[] = [];
  let status: number = STATUS.ok;
  for (let left = count; left > 0 && status === STATUS.ok; left -= 1) {
    const operation = reader.word();
    if (operation === OP.lookup && reader.opaque() === undefined) return undefined;
    status = statusOf(operation, isDenied);
    const isKnown = status !== STATUS.illegal;
    results.push(words(isKnown ? (operation ?? 0) : OP.illegal, status));
    if (operation === OP.getfh && status === STATUS.ok) {
      results.push(words(HANDLE.length), padded(HANDLE));
    }
  }
  return Buffer.concat([words(status), head, words(results.length), ...results]);
}

function statusOf(operation: number | undefined, isDenied: boolean): number {
  if (operation === OP.putrootfh || operation === OP.getfh) return STATUS.ok;
  if (operation === OP.lookup) return isDenied ? STATUS.denied : STATUS.ok;
  return STATUS.illegal;
}

function createReader(buffer: Buffer): {
  word(): number | undefined;
  opaque(): Buffer | undefined;
} {
  let offset = 0;
  const word = () => {
    if (offset + 4 > buffer.length) return undefined;
    offset += 4;
    return buffer.readUInt32BE(offset - 4);
  };
  return {
    word,
    opaque() {
      const length = word();
      if (length === undefined || offset + length > buffer.length) return undefined;
      const start = offset;
      offset += Math.ceil(length / 4) * 4;
      return buffer.subarray(start, start + length);
    },
  };
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
