import { type Ipv6Words, readIpv4, readIpv6 } from '../model/address.ts';

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
