import type { Family } from './network.ts';

/**
 * IP addresses as numbers: IPv4 one unsigned 32-bit number, IPv6 four of them, highest first.
 * Text is strict (`inet_pton`): four decimal octets without leading zeros; RFC 4291 for IPv6, with
 * or without an IPv4 tail. A zone (`fe80::1%eth0`) is no part of the address and is dropped.
 */

/** Reports nothing about validity: text with a colon is IPv6, anything else IPv4. */
export function familyOf(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

/** Bits of an address of that family. */
export function bitsOf(family: Family): 32 | 128 {
  return family === 'ipv4' ? 32 : 128;
}

const DOT = 46;

/** The number of the IPv4 address in the text up to `end`, or -1 when that is none. */
export function readIpv4(text: string, end = text.length): number {
  let value = 0;
  let octet = -1;
  let octets = 1;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== DOT) {
      octet = withDigit(octet, code);
      if (octet > 255) return -1;
    } else {
      if (octet < 0 || octets === 4) return -1;
      value = value * 256 + octet;
      octet = -1;
      octets++;
    }
  }
  return octets === 4 && octet >= 0 ? value * 256 + octet : -1;
}

/** `octet` (-1 before its first digit) with one more digit, or 256 when that makes no octet. */
function withDigit(octet: number, code: number): number {
  if (code < 48 || code > 57 || octet === 0) return 256;
  return octet < 0 ? code - 48 : octet * 10 + code - 48;
}

export function writeIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

export type Ipv6Words = readonly [number, number, number, number];

/** The four words of an IPv6 address, or `undefined` when the text is not one. */
export function readIpv6(text: string): Ipv6Words | undefined {
  const zone = text.indexOf('%');
  const bare = zone < 0 ? text : text.slice(0, zone);
  const gap = bare.indexOf('::');
  if (gap < 0) return wordsOf(groupsOf(bare), []);
  if (bare.indexOf('::', gap + 1) >= 0) return undefined;
  const head = gap === 0 ? [] : groupsOf(bare.slice(0, gap));
  const tail = gap + 2 === bare.length ? [] : groupsOf(bare.slice(gap + 2));
  if (!head || !tail || head.length + tail.length > 7) return undefined;
  return wordsOf([...head, ...new Array<number>(8 - head.length - tail.length).fill(0)], tail);
}

/** Groups of 16 bits; an IPv4 tail counts as two. */
function groupsOf(text: string): number[] | undefined {
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (at === parts.length - 1 && part.includes('.')) {
      const tail = readIpv4(part);
      if (tail < 0) return undefined;
      groups.push(tail >>> 16, tail & 0xffff);
    } else {
      const group = readHex(part);
      if (group < 0) return undefined;
      groups.push(group);
    }
  }
  return groups;
}

/** One to four hexadecimal digits as a number, or -1. */
function readHex(text: string): number {
  if (text.length === 0 || text.length > 4) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = HEX.indexOf(text.charAt(at));
    if (digit < 0) return -1;
    value = value * 16 + (digit < 16 ? digit : digit - 6);
  }
  return value;
}

const HEX = '0123456789abcdefABCDEF';

function wordsOf(
  head: readonly number[] | undefined,
  tail: readonly number[],
): Ipv6Words | undefined {
  if (!head || head.length + tail.length !== 8) return undefined;
  const g = [...head, ...tail];
  const word = (at: number) => (((g[at] ?? 0) << 16) | (g[at + 1] ?? 0)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}

/** RFC 5952 text; IPv4-mapped addresses keep their dotted tail, as `inet_ntop` prints them. */
export function writeIpv6(words: Ipv6Words): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
    return `::ffff:${writeIpv4(words[3])}`;
  }
  const { start, length } = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [at, group] of groups.entries()) {
    if (group !== 0) start = at + 1;
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start };
  }
  return best;
}

/** Whether the text is a bare IPv4 or IPv6 address: no prefix, no port, no URL. */
export function isAddress(text: string): boolean {
  return readIpv4(text) >= 0 || readIpv6(text) !== undefined;
}
