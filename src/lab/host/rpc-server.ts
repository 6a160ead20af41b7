import { createServer, type Server, type Socket } from 'node:net';
import { answerCall, type RpcProgram } from './rpc.ts';

const LAST_FRAGMENT = 0x8000_0000;
/** A call of the lab fits in a few dozen bytes; more is no client of ours. */
const RECORD_LIMIT_BYTES = 65_536;

/** RPC over TCP: records of fragments, each headed by its length (RFC 5531, section 11). */
export function createRpcServer(programs: readonly RpcProgram[], isSilent: () => boolean): Server {
  return createServer((socket) => {
    const records = createRecordReader();
    socket.on('data', (chunk) => {
      const calls = records(chunk);
      if (!calls) socket.destroy();
      else if (!isSilent()) for (const call of calls) reply(socket, call, programs);
    });
  });
}

/** Takes what arrives; gives the records completed by it, or `undefined` for one too long. */
function createRecordReader(): (chunk: Buffer) => readonly Buffer[] | undefined {
  let pending: Buffer = Buffer.alloc(0);
  let fragments: Buffer[] = [];
  return (chunk) => {
    const records: Buffer[] = [];
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4) {
      const header = pending.readUInt32BE(0);
      const end = 4 + (header & ~LAST_FRAGMENT);
      if (end > RECORD_LIMIT_BYTES) return undefined;
      if (pending.length < end) break;
      fragments.push(pending.subarray(4, end));
      pending = pending.subarray(end);
      if ((header & LAST_FRAGMENT) === 0) continue;
      records.push(Buffer.concat(fragments));
      fragments = [];
    }
    return records;
  };
}

function reply(socket: Socket, call: Buffer, programs: readonly RpcProgram[]): void {
  const answer = answerCall(call, programs);
  if (!answer) return;
  const header = Buffer.alloc(4);
  header.writeUInt32BE((LAST_FRAGMENT | answer.length) >>> 0);
  socket.write(Buffer.concat([header, answer]));
}
