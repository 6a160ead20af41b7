import { readIpv4, readIpv6, writeIpv4, writeIpv6 } from '../model/address.ts';
import { familyOf } from '../model/prefix.ts';

/** The fewest prefixes that make up a range of addresses, both ends included. */
export function prefixesOf(first: string, last: string): string[] {
  const family = familyOf(first);
  const bits = family === 'ipv4' ? 32n : 128n;
  const end = numberOf(last);
  const prefixes: string[] = [];
  for (let at = numberOf(first); at <= end; ) {
    let size = 1n;
    let length = bits;
    while (length > 0n && at % (size * 2n) === 0n && at + size * 2n - 1n <= end) {
      size *= 2n;
      length -= 1n;
    }
    prefixes.push(`${addressOf(at, bits)}/${length}`);
    at += size;
  }
  return prefixes;
}

function numberOf(address: string): bigint {
  const words = familyOf(address) === 'ipv4' ? [readIpv4(address)] : (readIpv6(address) ?? []);
  let number = 0n;
  for (const word of words) number = (number << 32n) | BigInt(word);
  return number;
}

function addressOf(number: bigint, bits: bigint): string {
  const word = (shift: bigint) => Number((number >> shift) & 0xffffffffn);
  return bits === 32n
    ? writeIpv4(word(0n))
    : writeIpv6([word(96n), word(64n), word(32n), word(0n)]);
}
