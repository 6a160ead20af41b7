import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slowIndex, slowLongest, slowLongest6 } from '../../test/support/slow-lpm.ts';
import { buildDir24, NO_VALUE, valueAt, valuesAt } from './dir24.ts';
import { longestOf, rangesOf } from './ranges.ts';
import { longestOf6, rangesOf6 } from './ranges6.ts';
import { sortByPrefix } from './sort-prefixes.ts';

interface Prefix {
  readonly network: number;
  readonly length: number;
}

const mask = (length: number) => (length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);

// few bits, so that prefixes nest and touch each other and both ends of the address space
const address = fc.oneof(
  fc.nat({ max: 0xffffffff }),
  fc.nat({ max: 600 }),
  fc.nat({ max: 600 }).map((below) => 0xffffffff - below),
  fc.nat({ max: 255 }).map((high) => (high << 24) >>> 0),
);
const prefix = fc
  .record({ address, length: fc.nat({ max: 32 }) })
  .map(({ address, length }): Prefix => ({ network: (address & mask(length)) >>> 0, length }));
const table = fc.uniqueArray(prefix, {
  maxLength: 60,
  selector: ({ network, length }) => `${network}/${length}`,
});

/** Sorted columns, as the tables hold them. */
function columnsOf(prefixes: readonly Prefix[]) {
  const network = Uint32Array.from(prefixes, (one) => one.network);
  const length = Uint8Array.from(prefixes, (one) => one.length);
  const order = sortByPrefix(network, length);
  return {
    network: Uint32Array.from(order, (at) => network[at] as number),
    length: Uint8Array.from(order, (at) => length[at] as number),
  };
}

/** Addresses where the answer may change. */
function edgesOf(prefixes: readonly Prefix[]): number[] {
  return prefixes.flatMap(({ network, length }) => {
    const end = network + 2 ** (32 - length);
    return [network - 1, network, end - 1, end].filter((edge) => edge >= 0 && edge < 2 ** 32);
  });
}

describe('IPv4 table lookup', () => {
  test('finds what the slow twin finds, at every edge and anywhere', () => {
    fc.assert(
      fc.property(table, fc.array(address), (prefixes, anywhere) => {
        const columns = columnsOf(prefixes);
        const ranges = rangesOf(columns.network, columns.length);
        for (const at of [...edgesOf(prefixes), ...anywhere]) {
          expect(longestOf(ranges, at)).toBe(slowLongest(columns, at));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the twin by maps is the slow twin', () => {
    fc.assert(
      fc.property(table, fc.array(address), (prefixes, anywhere) => {
        const columns = columnsOf(prefixes);
        const slow = slowIndex(columns);
        for (const at of [...edgesOf(prefixes), ...anywhere]) {
          expect(slow(at)).toBe(slowLongest(columns, at));
        }
      }),
    );
  });

  test('parents are the next shorter prefix around each prefix', () => {
    fc.assert(
      fc.property(table, (prefixes) => {
        const columns = columnsOf(prefixes);
        const { parent } = rangesOf(columns.network, columns.length);
        for (const [at, length] of columns.length.entries()) {
          const shorter = { ...columns, longest: length - 1 };
          expect(parent[at]).toBe(slowLongest(shorter, columns.network[at] as number));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('an index makes no difference', () => {
    const many = Array.from({ length: 4000 }, (_, at) => ({
      network: Math.imul(at, 0x9e3779b1) >>> 0,
      length: 8 + (at % 25),
    })).map(({ network, length }) => ({ network: (network & mask(length)) >>> 0, length }));
    const unique = [...new Map(many.map((one) => [`${one.network}/${one.length}`, one])).values()];
    const columns = columnsOf(unique);
    const ranges = rangesOf(columns.network, columns.length);
    expect(ranges.index.length).toBe(65_537);
    const slow = slowIndex(columns);
    for (const at of edgesOf(unique)) expect(longestOf(ranges, at)).toBe(slow(at));
  });
});

describe('bulk lookup', () => {
  test('finds the value of what the slow twin finds', () => {
    fc.assert(
      fc.property(table, fc.array(address), (prefixes, anywhere) => {
        const columns = columnsOf(prefixes);
        const ranges = rangesOf(columns.network, columns.length);
        const index = buildDir24(
          ranges,
          Uint16Array.from(columns.length, (_, at) => at + 1),
        );
        const asked = Uint32Array.from([...edgesOf(prefixes), ...anywhere]);
        const values = new Uint16Array(asked.length);
        valuesAt(index, asked, values);
        for (const [at, one] of asked.entries()) {
          const owner = slowLongest(columns, one);
          expect(values[at]).toBe(owner < 0 ? NO_VALUE : owner + 1);
          expect(valueAt(index, one)).toBe(values[at]);
        }
      }),
      { numRuns: 25 },
    );
  });

  test.each([0, 0x8000])('refuses value %i', (value) => {
    const ranges = rangesOf(Uint32Array.of(0), Uint8Array.of(0));
    expect(() => buildDir24(ranges, Uint16Array.of(value))).toThrow(RangeError);
  });
});

describe('IPv6 table lookup', () => {
  const word = fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(0, 1, 0xffffffff));
  const words = fc.tuple(word, word, word, word);
  const prefix6 = fc.record({ words, length: fc.nat({ max: 128 }) }).map(({ words, length }) => ({
    words: words.map((one, at) => (one & mask(Math.max(0, Math.min(32, length - 32 * at)))) >>> 0),
    length,
  }));

  test('finds what the slow twin finds, at every edge and anywhere', () => {
    const tables = fc.uniqueArray(prefix6, {
      maxLength: 30,
      selector: (one) => `${one.words}/${one.length}`,
    });
    fc.assert(
      fc.property(tables, fc.array(words), (prefixes, anywhere) => {
        const sorted = prefixes.toSorted(
          (a, b) =>
            a.words.reduce((first, one, at) => first || one - (b.words[at] ?? 0), 0) ||
            a.length - b.length,
        );
        const network = Uint32Array.from(sorted.flatMap((one) => one.words));
        const length = Uint8Array.from(sorted, (one) => one.length);
        const ranges = rangesOf6(network, length);
        for (const at of [...anywhere, ...sorted.flatMap(neighboursOf)]) {
          expect(longestOf6(ranges, at)).toBe(slowLongest6({ network, length }, at));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** First and last address of a prefix, and one beyond on either side. */
function neighboursOf({ words, length }: { words: readonly number[]; length: number }) {
  const first = words.reduce((sum, one) => (sum << 32n) | BigInt(one), 0n);
  const size = 1n << BigInt(128 - length);
  return [first - 1n, first, first + size - 1n, first + size].map((value) =>
    [96n, 64n, 32n, 0n].map((shift) => Number((BigInt.asUintN(128, value) >> shift) & 0xffffffffn)),
  );
}
