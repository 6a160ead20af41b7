import { type Ipv6Words, readIpv6, writeIpv6 } from '../model/address.ts';
import type { NetworkState } from '../model/network.ts';
import { prefixLength } from '../model/prefix.ts';
import { askedTables, type BothStates } from './whatif-question.ts';

/** The last IPv6 address. */
export const LAST6 = (1n << 128n) - 1n;

/**
 * Prefixes at whose edges source selection or the kernel itself may change its mind: scopes and the
 * default policy table of RFC 6724. Source: Linux net/ipv6/addrlabel.c, addrconf_core.c.
 */
const SPECIAL = [
  '::/128',
  '::1/128',
  '::/96',
  '::ffff:0:0/96',
  '2001::/32',
  '2001:10::/28',
  '2002::/16',
  '3ffe::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/** First addresses of stretches within which neither state can change its mind, ascending. */
export function edges6(both: BothStates): readonly bigint[] {
  const asked = new Set(askedTables(both, 'ipv6'));
  const edges = new Set<bigint>([0n]);
  const add = (prefix: string) => {
    const [first, end] = stretchOf6(prefix);
    edges.add(first);
    if (end <= LAST6) edges.add(end);
  };
  for (const prefix of SPECIAL) add(prefix);
  // the scope of a group is the last digit of its first 16 bits
  for (let high = 0xff00; high <= 0xffff; high++) add(`${high.toString(16)}::/16`);
  for (const state of [both.before, both.after]) {
    for (const { table, prefix } of state.routes.ipv6) if (asked.has(table)) add(prefix);
    for (const prefix of rulePrefixes(state)) add(prefix);
    for (const prefix of sourcePrefixes(state)) add(prefix);
  }
  return [...edges].sort((a, b) => (a < b ? -1 : 1));
}

function rulePrefixes({ rules }: NetworkState): readonly string[] {
  return rules.ipv6.flatMap(({ from, to }) => [from, to]).filter((prefix) => prefix !== undefined);
}

/**
 * How long a prefix a destination shares with an address of the host decides among its addresses,
 * up to that address's own prefix length; and an address of the host is its own best source.
 */
function sourcePrefixes({ addresses }: NetworkState): readonly string[] {
  return addresses
    .filter(({ local }) => local.includes(':'))
    .flatMap(({ local, prefixLength: length }) => [
      `${local}/128`,
      ...Array.from({ length }, (_, at) => `${local}/${at + 1}`),
    ]);
}

/** First address of a prefix, and the one past its last. */
export function stretchOf6(prefix: string): readonly [bigint, bigint] {
  const [address = ''] = prefix.split('/');
  const size = 1n << BigInt(128 - prefixLength(prefix));
  const first = (numberOf(address) / size) * size;
  return [first, first + size];
}

function numberOf(address: string): bigint {
  const words = readIpv6(address) ?? [0, 0, 0, 0];
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

export function addressText(number: bigint): string {
  const word = (shift: bigint) => Number((number >> shift) & 0xffffffffn);
  const words: Ipv6Words = [word(96n), word(64n), word(32n), word(0n)];
  return writeIpv6(words);
}
