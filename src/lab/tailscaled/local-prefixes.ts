import { networkInterfaces } from 'node:os';
import type { LocalPrefix } from './router-config.ts';

/** Addresses of every device but the tunnel, as networks: `10.0.0.0/24` on `enp1s0`. */
export function localPrefixes(): readonly LocalPrefix[] {
  return Object.entries(networkInterfaces()).flatMap(([dev, addresses]) =>
    dev === 'tailscale0'
      ? []
      : (addresses ?? []).flatMap(({ cidr }) => (cidr ? [{ dev, prefix: networkOf(cidr) }] : [])),
  );
}

/** The network of an address with length: host bits cleared. */
function networkOf(cidr: string): string {
  const [address = '', length = '0'] = cidr.split('/');
  if (address.includes(':')) return `${ipv6Network(address, Number(length))}/${length}`;
  const bits = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(length));
  const base = Math.floor(bits / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${length}`;
}

/** For the lengths a LAN has: multiples of 16 bits. */
function ipv6Network(address: string, length: number): string {
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter((group) => group !== '');
  const right = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, Math.ceil(length / 16));
  const text = groups.join(':');
  return groups.length < 8 ? `${text.replace(/(:0)+$/, '')}::` : text;
}
