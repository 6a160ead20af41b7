import { describe, expect, test } from 'vitest';
import { noSuchName } from './pod-dns.ts';

/** A query for the address of `nas.lan`, with recursion wished. */
function query(): Buffer {
  return Buffer.from('123401000001000000000001036e6173036c616e0000010001', 'hex');
}

describe('noSuchName()', () => {
  test('answers NXDOMAIN to the question as it came', () => {
    const answer = noSuchName(query());
    expect(answer?.toString('hex')).toBe('123481830001000000000000036e6173036c616e0000010001');
  });

  test.each([
    { what: 'half a header', bytes: query().subarray(0, 8) },
    { what: 'half a question', bytes: query().subarray(0, 18) },
    { what: 'an answer', bytes: noSuchName(query()) ?? query() },
  ])('says nothing to $what', ({ bytes }) => {
    expect(noSuchName(bytes)).toBeUndefined();
  });
});
