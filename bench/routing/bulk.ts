import { buildDir24, NO_VALUE, valuesAt } from '../../src/routing/dir24.ts';
import { longestOf, type Ranges4, rangesOf } from '../../src/routing/ranges.ts';
import { slowIndex } from '../../test/support/slow-lpm.ts';
import type { Prefixes } from './generate.ts';
import { measured, medianSeconds, type Seconds } from './measure.ts';

const VALUES = 64;

export interface Bulk {
  readonly build: Seconds;
  readonly bytes: number;
  readonly lookup: Seconds;
  /** One sum over all answers, the same from the index, the ranges and the slow twin. */
  readonly checksum: number;
}

/**
 * Builds ranges and the flat index from sorted columns, asks it all addresses, and holds every
 * answer against the ranges and the first million against the slow twin.
 *
 * @throws {Error} When an answer differs.
 */
export function timeBulk(prefixes: Prefixes, addresses: Uint32Array): Bulk {
  const { network, length } = prefixes;
  const valuesOf = Uint16Array.from(length, (_, at) => 1 + (at % VALUES));
  const { value, bytes } = measured(() => {
    const ranges = rangesOf(network, length);
    return { ranges, index: buildDir24(ranges, valuesOf) };
  });
  const build = medianSeconds(3, () => buildDir24(rangesOf(network, length), valuesOf));
  const values = new Uint16Array(addresses.length);
  const lookup = medianSeconds(7, () => valuesAt(value.index, addresses, values));
  const answers = { prefixes, addresses, values, valuesOf };
  check(answers, (address) => longestOf(value.ranges, address), addresses.length);
  check(answers, slowIndex(prefixes), Math.min(addresses.length, 1_000_000));
  return { build, bytes, lookup, checksum: values.reduce((sum, one) => (sum * 31 + one) | 0, 0) };
}

function check(
  {
    addresses,
    values,
    valuesOf,
  }: { addresses: Uint32Array; values: Uint16Array; valuesOf: Uint16Array },
  longest: (address: number) => number,
  count: number,
): void {
  for (let at = 0; at < count; at++) {
    const owner = longest(addresses[at] as number);
    const expected = owner < 0 ? NO_VALUE : valuesOf[owner];
    if (values[at] !== expected) {
      throw new Error(
        `Cannot trust the index: ${addresses[at]} gives ${values[at]}, not ${expected}`,
      );
    }
  }
}

/** The same addresses through the ranges that decisions use. */
export function timeRanges(ranges: Ranges4, addresses: Uint32Array): Seconds {
  let sum = 0;
  const seconds = medianSeconds(5, () => {
    for (let at = 0; at < addresses.length; at++) {
      sum = (sum + longestOf(ranges, addresses[at] as number)) | 0;
    }
  });
  if (sum === 0.5) throw new RangeError('Cannot happen: sums are whole');
  return seconds;
}
