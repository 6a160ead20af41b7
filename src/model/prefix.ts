import { bitsOf, familyOf, readIpv4, readIpv6, writeIpv4, writeIpv6 } from './address.ts';
import type { Family } from './network.ts';

export { familyOf };

/**
 * The canonical text of a prefix: network address, slash, length (`10.0.0.197/32`).
 *
 * Takes what `ip(8)` prints and takes: `default`, `all`, `any`, a bare address (all its bits), host bits
 * set, and IPv4 with trailing octets left out (`10/8`, `0`).
 *
 * @throws {SyntaxError} If it is no prefix of that family.
 */
export function canonicalPrefix(text: string, family: Family): string {
  if (text === 'default' || text === 'all' || text === 'any') {
    return family === 'ipv4' ? '0.0.0.0/0' : '::/0';
  }
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const length = slash < 0 ? bitsOf(family) : readLength(text, slash + 1, bitsOf(family));
  if (length < 0) throw notA('prefix', text, family);
  return family === 'ipv4' ? ipv4Prefix(text, address, length) : ipv6Prefix(text, address, length);
}

function ipv4Prefix(text: string, address: string, length: number): string {
  let value = readIpv4(address);
  const whole = value >= 0;
  if (!whole) value = readIpv4(padOctets(address));
  if (value < 0) throw notA('prefix', text, 'ipv4');
  const network = (value & ipv4Mask(length)) >>> 0;
  if (whole && network === value && address.length < text.length) return text;
  return `${writeIpv4(network)}/${length}`;
}

function ipv6Prefix(text: string, address: string, length: number): string {
  const words = readIpv6(address);
  if (!words) throw notA('prefix', text, 'ipv6');
  const kept = words.map((word, at) => (word & ipv4Mask(length - 32 * at)) >>> 0);
  return `${writeIpv6([kept[0] ?? 0, kept[1] ?? 0, kept[2] ?? 0, kept[3] ?? 0])}/${length}`;
}

function padOctets(text: string): string {
  const missing = 4 - text.split('.').length;
  return missing > 0 ? text + '.0'.repeat(missing) : text;
}

/** A mask of 32 bits; lengths outside 0 to 32 are taken as the nearer end. */
export function ipv4Mask(length: number): number {
  if (length <= 0) return 0;
  return length >= 32 ? 0xffffffff : (0xffffffff << (32 - length)) >>> 0;
}

/** The canonical text of an address, without a zone. @throws {SyntaxError} If it is none. */
export function canonicalAddress(text: string): string {
  if (familyOf(text) === 'ipv4') {
    if (readIpv4(text) < 0) throw notA('address', text, 'ipv4');
    return text;
  }
  const words = readIpv6(text);
  if (!words) throw notA('address', text, 'ipv6');
  return writeIpv6(words);
}

/**
 * Whether an address lies in a prefix. Different families: no.
 *
 * @throws {SyntaxError} If either is malformed.
 */
export function prefixContains(prefix: string, address: string): boolean {
  return sharesBits(prefix, address, prefixLength(prefix));
}

/**
 * Whether two prefixes have an address in common, that is, whether one lies in the other.
 *
 * @throws {SyntaxError} If either is malformed.
 */
export function prefixesOverlap(a: string, b: string): boolean {
  return sharesBits(a, networkOf(b), Math.min(prefixLength(a), prefixLength(b)));
}

function sharesBits(prefix: string, address: string, bits: number): boolean {
  if (familyOf(prefix) !== familyOf(address)) return false;
  const a = wordsOf(networkOf(prefix));
  const b = wordsOf(address);
  return a.every((word, at) => ((word ^ (b[at] ?? 0)) & ipv4Mask(bits - 32 * at)) === 0);
}

/** Bits of the network part; all of them when the text has no slash. @throws {SyntaxError} */
export function prefixLength(prefix: string): number {
  const bits = bitsOf(familyOf(prefix));
  const slash = prefix.indexOf('/');
  if (slash < 0) return bits;
  const length = readLength(prefix, slash + 1, bits);
  if (length < 0) throw notA('prefix', prefix, familyOf(prefix));
  return length;
}

function networkOf(prefix: string): string {
  const slash = prefix.indexOf('/');
  return slash < 0 ? prefix : prefix.slice(0, slash);
}

function wordsOf(address: string): readonly number[] {
  const family = familyOf(address);
  if (family === 'ipv6') {
    const words = readIpv6(address);
    if (words) return words;
  } else {
    const value = readIpv4(address);
    if (value >= 0) return [value];
  }
  throw notA('address', address, family);
}

function readLength(text: string, start: number, bits: number): number {
  if (start >= text.length) return -1;
  let length = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return -1;
    length = length * 10 + code - 48;
  }
  return length <= bits ? length : -1;
}

function notA(what: 'address' | 'prefix', text: string, family: Family): SyntaxError {
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
  return new SyntaxError(`Cannot read ${name} ${what}: "${text}"`);
}
