import { problemLog, type Reading, reading } from './reading.ts';

/**
 * Names that `ip` prints in place of numbers. They are defined by files of the host that printed
 * them (`/etc/iproute2/*`, since 6.5 also `/usr/share/iproute2/*`), so a name that is not among
 * the defaults can only be resolved with that host's files.
 */
export interface Names {
  /** From `rt_tables`. */
  readonly tables?: ReadonlyMap<string, number> | undefined;
  /** From `group`. */
  readonly groups?: ReadonlyMap<string, number> | undefined;
}

const TABLES: ReadonlyMap<string, number> = new Map([
  ['unspec', 0],
  ['default', 253],
  ['main', 254],
  ['local', 255],
]);
const GROUPS: ReadonlyMap<string, number> = new Map([['default', 0]]);

const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['0', 'unspec'],
  ['1', 'redirect'],
  ['2', 'kernel'],
  ['3', 'boot'],
  ['4', 'static'],
  ['8', 'gated'],
  ['9', 'ra'],
  ['10', 'mrt'],
  ['11', 'zebra'],
  ['12', 'bird'],
  ['13', 'dnrouted'],
  ['14', 'xorp'],
  ['15', 'ntk'],
  ['16', 'dhcp'],
  ['18', 'keepalived'],
  ['42', 'babel'],
  ['99', 'openr'],
  ['186', 'bgp'],
  ['187', 'isis'],
  ['188', 'ospf'],
  ['189', 'rip'],
  ['192', 'eigrp'],
]);

const SCOPES: ReadonlyMap<string, string> = new Map([
  ['0', 'global'],
  ['200', 'site'],
  ['253', 'link'],
  ['254', 'host'],
  ['255', 'nowhere'],
]);

/** `/etc/iproute2/rt_dsfield`, with the names of RFC 1349 that old files still carry. */
const DSFIELDS: ReadonlyMap<string, number> = new Map([
  ['default', 0x00],
  ['lowcost', 0x02],
  ['reliability', 0x04],
  ['throughput', 0x08],
  ['lowdelay', 0x10],
  ['CS1', 0x20],
  ['AF11', 0x28],
  ['AF12', 0x30],
  ['AF13', 0x38],
  ['CS2', 0x40],
  ['AF21', 0x48],
  ['AF22', 0x50],
  ['AF23', 0x58],
  ['CS3', 0x60],
  ['AF31', 0x68],
  ['AF32', 0x70],
  ['AF33', 0x78],
  ['CS4', 0x80],
  ['AF41', 0x88],
  ['AF42', 0x90],
  ['AF43', 0x98],
  ['CS5', 0xa0],
  ['EF', 0xb8],
  ['CS6', 0xc0],
  ['CS7', 0xe0],
]);

/** The part of `/etc/protocols` that a policy rule is ever made of. */
const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['ip', 0],
  ['icmp', 1],
  ['igmp', 2],
  ['ipencap', 4],
  ['tcp', 6],
  ['egp', 8],
  ['udp', 17],
  ['dccp', 33],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-icmp', 58],
  ['icmpv6', 58],
  ['ospf', 89],
  ['ipip', 94],
  ['etherip', 97],
  ['pim', 103],
  ['ipcomp', 108],
  ['vrrp', 112],
  ['l2tp', 115],
  ['sctp', 132],
  ['udplite', 136],
  ['mpls-in-ip', 137],
]);

/** Number of a routing table by name or number, or `undefined` when the name is not known. */
export function tableNumber(text: string, names: Names | undefined): number | undefined {
  return unsigned(text) ?? names?.tables?.get(text) ?? TABLES.get(text);
}

/** Number of an interface group by name or number. */
export function groupNumber(text: string, names: Names | undefined): number | undefined {
  return unsigned(text) ?? names?.groups?.get(text) ?? GROUPS.get(text);
}

/** Name of a routing protocol; a number without a well-known name stays the number. */
export function protocolName(text: string): string {
  return PROTOCOLS.get(text) ?? text;
}

/** Name of a scope; a number without a well-known name stays the number. */
export function scopeName(text: string): string {
  return SCOPES.get(text) ?? text;
}

/** The whole TOS octet by name or number. */
export function dsfieldNumber(text: string): number | undefined {
  return unsigned(text) ?? DSFIELDS.get(text);
}

/** IP protocol number by name, by number or as `ipproto-6`, which `ip -N` prints. */
export function ipProtocolNumber(text: string): number | undefined {
  if (text.startsWith('ipproto-')) return unsigned(text.slice('ipproto-'.length));
  return unsigned(text) ?? IP_PROTOCOLS.get(text);
}

/** A whole number from 0 to 2^32 - 1 in decimal or `0x` notation, or `undefined`. */
export function unsigned(text: string): number | undefined {
  if (!/^(?:\d{1,10}|0x[0-9a-fA-F]{1,8})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 0xffffffff ? value : undefined;
}

/** Reads a file of number-name pairs: `rt_tables`, `group`. Several files may follow each other. */
export function readNames(text: string): Reading<ReadonlyMap<string, number>> {
  const log = problemLog();
  const names = new Map<string, number>();
  text.split('\n').forEach((whole, at) => {
    const line = whole.replace(/#.*/, '').trim();
    if (line === '') return;
    const [number = '', name = '', ...rest] = line.split(/\s+/);
    const value = unsigned(number);
    if (value === undefined || name === '' || rest.length > 0) {
      log.add(at + 1, whole, 'expected a number and a name');
      return;
    }
    names.set(name, value);
  });
  return reading(names, log);
}
