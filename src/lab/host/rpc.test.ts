import { describe, expect, test } from 'vitest';
import { answerCall, type RpcProgram, words } from './rpc.ts';

const PROGRAM = 100_003;
const nfs: RpcProgram = {
  program: PROGRAM,
  versions: [3, 4],
  call: (procedure) => (procedure === 0 ? Buffer.alloc(0) : undefined),
};

const CALL = { xid: 7, direction: 0, rpc: 2, program: PROGRAM, version: 3, procedure: 0 };

function call(change: Partial<typeof CALL> = {}): Buffer {
  const noAuth = [0, 0, 0, 0];
  return words(...Object.values({ ...CALL, ...change }), ...noAuth);
}

/** Reply words after the transaction id, or `undefined` for silence. */
function reply(message: Buffer): readonly number[] | undefined {
  const answer = answerCall(message, [nfs]);
  if (!answer) return undefined;
  expect(answer.readUInt32BE(0)).toBe(CALL.xid);
  return Array.from({ length: answer.length / 4 - 1 }, (_, index) =>
    answer.readUInt32BE(4 + index * 4),
  );
}

describe('answerCall()', () => {
  test.each([
    { what: 'NULL of version 3', change: {}, words: [1, 0, 0, 0, 0] },
    { what: 'NULL of version 4', change: { version: 4 }, words: [1, 0, 0, 0, 0] },
    { what: 'another program', change: { program: 1 }, words: [1, 0, 0, 0, 1] },
    { what: 'version 2', change: { version: 2 }, words: [1, 0, 0, 0, 2, 3, 4] },
    { what: 'procedure 1', change: { procedure: 1 }, words: [1, 0, 0, 0, 3] },
    { what: 'another RPC version', change: { rpc: 3 }, words: [1, 1, 0, 2, 2] },
  ])('answers $what with $words', ({ change, words: expected }) => {
    expect(reply(call(change))).toEqual(expected);
  });

  test.each([
    { what: 'a reply', message: call({ direction: 1 }) },
    { what: 'too short a message', message: Buffer.from('GET /') },
  ])('is silent on $what', ({ message }) => {
    expect(reply(message)).toBeUndefined();
  });

  test('refuses a credential longer than the message', () => {
    const message = call();
    message.writeUInt32BE(0xffff, 28);
    expect(reply(message)).toEqual([1, 0, 0, 0, 3]);
  });

  test('passes over a credential to the arguments', () => {
    const echo: RpcProgram = { program: 9, versions: [1], call: (_, args) => args };
    const message = words(7, 0, 2, 9, 1, 0, 1, 4, 0xaaaa, 0, 0, 42);
    expect(answerCall(message, [echo])?.readUInt32BE(24)).toBe(42);
  });
});
