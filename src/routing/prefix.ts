import {
  familyOf,
  type Ipv6Words,
  readIpv4,
  readIpv6,
  writeIpv4,
  writeIpv6,
} from '../model/address.ts';
import type { Family } from '../model/network.ts';
import {
  canonicalPrefix,
  prefixContains as contains,
  prefixesOverlap as overlaps,
  prefixLength,
} from '../model/prefix.ts';

export { contains, familyOf, overlaps };

/** An address as numbers: one unsigned word for IPv4, four, highest first, for IPv6. */
export interface ParsedAddress {
  readonly family: Family;
  readonly words: readonly number[];
}

export interface ParsedPrefix extends ParsedAddress {
  readonly length: number;
}

/** @throws {SyntaxError} If the text is no address. */
export function parseAddress(text: string): ParsedAddress {
  return familyOf(text) === 'ipv4'
    ? { family: 'ipv4', words: [parseIpv4(text)] }
    : { family: 'ipv6', words: parseIpv6(text) };
}

/** Canonical text of an address. */
export function formatAddress({ family, words }: ParsedAddress): string {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  return family === 'ipv4' ? writeIpv4(a) : writeIpv6([a, b, c, d]);
}

/** Host bits are cleared; a bare address is a prefix of all its bits. @throws {SyntaxError} */
export function parsePrefix(text: string): ParsedPrefix {
  const canonical = canonicalPrefix(text, familyOf(text));
  const { family, words } = parseAddress(canonical.slice(0, canonical.indexOf('/')));
  return { family, words, length: prefixLength(canonical) };
}

/** @throws {SyntaxError} */
export function parseIpv4(text: string): number {
  const value = readIpv4(text);
  if (value < 0) throw new SyntaxError(`Cannot read IPv4 address: "${text}"`);
  return value;
}

/** @throws {SyntaxError} */
export function parseIpv6(text: string): Ipv6Words {
  const words = readIpv6(text);
  if (!words) throw new SyntaxError(`Cannot read IPv6 address: "${text}"`);
  return words;
}
