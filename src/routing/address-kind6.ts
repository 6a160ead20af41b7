import type { Ipv6Words } from '../model/address.ts';
import { ipv4Mask } from '../model/prefix.ts';

/** What sort of IPv6 address it is. Source: Linux net/ipv6/addrconf_core.c, __ipv6_addr_type(). */
export interface AddressKind {
  /** RFC 4007 scope: 2 link-local, 5 site-local, 14 global; -1 for `::`. */
  readonly scope: number;
  readonly any: boolean;
  readonly multicast: boolean;
  readonly linkLocal: boolean;
  readonly loopback: boolean;
  readonly mapped: boolean;
  /** Loopback, IPv4-mapped and IPv4-compatible addresses are never avoided as deprecated. */
  readonly alwaysPreferred: boolean;
}

const GLOBAL: AddressKind = {
  scope: 14,
  any: false,
  multicast: false,
  linkLocal: false,
  loopback: false,
  mapped: false,
  alwaysPreferred: false,
};

export function addressKind([a, b, c, d]: Ipv6Words): AddressKind {
  const top = a >>> 29;
  if (top !== 0 && top !== 7) return GLOBAL;
  if (a >>> 24 === 0xff) {
    const scope = (a >>> 16) & 0x0f;
    return { ...GLOBAL, scope, multicast: true, linkLocal: scope === 2, loopback: scope === 1 };
  }
  if (a >>> 22 === 0xfe80 >>> 6) return { ...GLOBAL, scope: 2, linkLocal: true };
  if (a >>> 22 === 0xfec0 >>> 6) return { ...GLOBAL, scope: 5 };
  if (a !== 0 || b !== 0) return GLOBAL;
  if (c === 0xffff) return { ...GLOBAL, mapped: true, alwaysPreferred: true };
  if (c !== 0) return GLOBAL;
  if (d === 0) return { ...GLOBAL, scope: -1, any: true };
  if (d === 1) return { ...GLOBAL, scope: 2, loopback: true, alwaysPreferred: true };
  return { ...GLOBAL, alwaysPreferred: true };
}

/** Destinations that only routes by the device asked for may serve. Source: rt6_need_strict(). */
export function needsStrict({ multicast, linkLocal, loopback }: AddressKind): boolean {
  return multicast || linkLocal || loopback;
}

/** Default policy table of RFC 6724 as Linux has it, longest prefix first. Source: addrlabel.c. */
const LABELS: readonly (readonly [Ipv6Words, number, number])[] = [
  [[0, 0, 0, 1], 128, 0],
  [[0, 0, 0xffff, 0], 96, 4],
  [[0, 0, 0, 0], 96, 3],
  [[0x20010000, 0, 0, 0], 32, 6],
  [[0x20010010, 0, 0, 0], 28, 7],
  [[0x3ffe0000, 0, 0, 0], 16, 12],
  [[0x20020000, 0, 0, 0], 16, 2],
  [[0xfec00000, 0, 0, 0], 10, 11],
  [[0xfc000000, 0, 0, 0], 7, 5],
];
const DEFAULT_LABEL = 1;

export function labelOf(address: Ipv6Words, { mapped }: AddressKind): number {
  for (const [prefix, length, label] of LABELS) {
    if (label === 4 && !mapped) continue;
    if (sharesPrefix(address, prefix, length)) return label;
  }
  return DEFAULT_LABEL;
}

/** 2001:10::/28, RFC 4843. */
export function hasOrchidPrefix(address: Ipv6Words): boolean {
  return sharesPrefix(address, [0x20010010, 0, 0, 0], 28);
}

function sharesPrefix(a: Ipv6Words, b: Ipv6Words, length: number): boolean {
  return a.every((word, at) => ((word ^ (b[at] as number)) & ipv4Mask(length - 32 * at)) === 0);
}
