import { describe, expect, test } from 'vitest';
import { readIpv4, readIpv6, writeIpv4, writeIpv6 } from './address.ts';
import {
  canonicalAddress,
  canonicalPrefix,
  familyOf,
  prefixContains,
  prefixesOverlap,
  prefixLength,
} from './prefix.ts';

describe('canonicalPrefix()', () => {
  test.each([
    { text: 'default', family: 'ipv4', is: '0.0.0.0/0' },
    { text: 'all', family: 'ipv6', is: '::/0' },
    { text: '10.0.0.197', family: 'ipv4', is: '10.0.0.197/32' },
    { text: '10.0.0.197/24', family: 'ipv4', is: '10.0.0.0/24' },
    { text: '10.0.0.0/24', family: 'ipv4', is: '10.0.0.0/24' },
    { text: '10.10/16', family: 'ipv4', is: '10.10.0.0/16' },
    { text: '0/1', family: 'ipv4', is: '0.0.0.0/1' },
    { text: '255.255.255.255/0', family: 'ipv4', is: '0.0.0.0/0' },
    { text: 'FD00:0:0::1/64', family: 'ipv6', is: 'fd00::/64' },
    { text: 'fe80::1%eth0', family: 'ipv6', is: 'fe80::1/128' },
    { text: 'fd00::ff/121', family: 'ipv6', is: 'fd00::80/121' },
  ] as const)('makes $is of $text', ({ text, family, is }) => {
    expect(canonicalPrefix(text, family)).toBe(is);
  });

  test.each(['', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/x', '1.2.3.4.5', '256.0.0.0/8', 'eth0'])(
    'refuses "%s"',
    (text) => {
      expect(() => canonicalPrefix(text, 'ipv4')).toThrow(SyntaxError);
    },
  );

  test.each(['', '::/129', ':::/1', '1::2::3', '1:2:3:4:5:6:7:8:9', 'g::', '1:2:3:4:5:6:7::8'])(
    'refuses "%s" as IPv6',
    (text) => {
      expect(() => canonicalPrefix(text, 'ipv6')).toThrow(SyntaxError);
    },
  );
});

describe('canonicalAddress()', () => {
  test.each([
    { text: '10.0.0.1', is: '10.0.0.1' },
    { text: '::', is: '::' },
    { text: '0:0:0:0:0:0:0:1', is: '::1' },
    { text: '2001:DB8:0:0:1:0:0:1', is: '2001:db8::1:0:0:1' },
    { text: '2001:db8:0:1:1:1:1:1', is: '2001:db8:0:1:1:1:1:1' },
    { text: '::ffff:1.2.3.4', is: '::ffff:1.2.3.4' },
    { text: '64:ff9b::1.2.3.4', is: '64:ff9b::102:304' },
    { text: 'fe80::1%eth0', is: 'fe80::1' },
  ])('makes $is of $text', ({ text, is }) => {
    expect(canonicalAddress(text)).toBe(is);
  });

  test.each(['01.2.3.4', '1.2.3', '1.2.3.4 ', '::1.2.3', '1::x'])('refuses "%s"', (text) => {
    expect(() => canonicalAddress(text)).toThrow(SyntaxError);
  });
});

describe('prefixes', () => {
  test.each([
    { prefix: '10.0.0.0/24', address: '10.0.0.255', is: true },
    { prefix: '10.0.0.0/24', address: '10.0.1.0', is: false },
    { prefix: '0.0.0.0/0', address: '255.255.255.255', is: true },
    { prefix: '128.0.0.0/1', address: '127.255.255.255', is: false },
    { prefix: 'fd00::/63', address: 'fd00:0:0:1::1', is: true },
    { prefix: 'fd00::/64', address: 'fd00:0:0:1::1', is: false },
    { prefix: '::/0', address: '1.2.3.4', is: false },
  ])('prefixContains($prefix, $address) is $is', ({ prefix, address, is }) => {
    expect(prefixContains(prefix, address)).toBe(is);
  });

  test.each([
    { a: '10.0.0.0/8', b: '10.1.0.0/16', is: true },
    { a: '10.0.0.0/24', b: '10.0.1.0/24', is: false },
    { a: '::/0', b: 'fd00::/8', is: true },
    { a: '0.0.0.0/0', b: '::/0', is: false },
  ])('prefixesOverlap($a, $b) is $is both ways', ({ a, b, is }) => {
    expect([prefixesOverlap(a, b), prefixesOverlap(b, a)]).toEqual([is, is]);
  });

  test('prefixLength() counts a bare address as all its bits', () => {
    expect(['10.0.0.0/8', '10.0.0.1', '::1'].map(prefixLength)).toEqual([8, 32, 128]);
  });

  test('familyOf() goes by the colon', () => {
    expect([familyOf('1.2.3.4'), familyOf('::')]).toEqual(['ipv4', 'ipv6']);
  });
});

describe('addresses as numbers', () => {
  test.each(['0.0.0.0', '127.0.0.1', '255.255.255.255'])('%s survives both ways', (text) => {
    expect(writeIpv4(readIpv4(text))).toBe(text);
  });

  test.each(['::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '1:2:3:4:5:6:7:8', '1::8'])(
    '%s survives both ways',
    (text) => {
      const words = readIpv6(text);
      expect(words && writeIpv6(words)).toBe(text);
    },
  );
});
