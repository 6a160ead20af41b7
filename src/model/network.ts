import * as z from 'zod';
import { factOf } from './fact.ts';

/**
 * What one host's kernel knows about routing, in the kernel's own words.
 *
 * Prefixes are canonical text: network address, slash, length, always with the length
 * (`10.0.0.197/32`, `0.0.0.0/0`, `fd00::/64`). Addresses are canonical text without a zone.
 * Tables are numbers (local 255, main 254, default 253). Devices are names. Lists keep the order
 * in which the kernel dumped them, because that order decides ties.
 */

export const FAMILIES = ['ipv4', 'ipv6'] as const;
export type Family = (typeof FAMILIES)[number];

export const TABLE = { default: 253, main: 254, local: 255 } as const;

const PortRange = z.object({
  first: z.number().int(),
  last: z.number().int(),
  /** Since iproute2 6.15; a missing mask means every bit. */
  mask: z.number().int().optional(),
});

export const RuleAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('lookup'), table: z.number().int() }),
  /** Forward jump to the first rule of that priority; skipped while there is none. */
  z.object({ kind: z.literal('goto'), priority: z.number().int() }),
  z.object({ kind: z.literal('l3mdev') }),
  z.object({ kind: z.literal('nop') }),
  z.object({ kind: z.literal('blackhole') }),
  z.object({ kind: z.literal('unreachable') }),
  z.object({ kind: z.literal('prohibit') }),
]);
export type RuleAction = z.infer<typeof RuleAction>;

/** One policy rule. Every selector present must match; `not` inverts the whole conjunction. */
export const Rule = z.object({
  priority: z.number().int(),
  not: z.boolean().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  iif: z.string().optional(),
  oif: z.string().optional(),
  /** The named device does not exist, so the rule never matches (with `not`: always). */
  iifDetached: z.boolean().optional(),
  oifDetached: z.boolean().optional(),
  fwmark: z.object({ value: z.number().int(), mask: z.number().int() }).optional(),
  tos: z.number().int().optional(),
  dscp: z.object({ value: z.number().int(), mask: z.number().int().optional() }).optional(),
  ipproto: z.number().int().optional(),
  sport: PortRange.optional(),
  dport: PortRange.optional(),
  uidRange: z.object({ first: z.number(), last: z.number() }).optional(),
  tunId: z.string().optional(),
  flowLabel: z.object({ value: z.number(), mask: z.number() }).optional(),
  action: RuleAction,
  suppressPrefixLength: z.number().int().optional(),
  /** Interface group number. */
  suppressIfGroup: z.number().int().optional(),
  protocol: z.string().optional(),
});
export type Rule = z.infer<typeof Rule>;

export const ROUTE_TYPES = [
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
] as const;
export type RouteType = (typeof ROUTE_TYPES)[number];

export const Nexthop = z.object({
  gateway: z.string().optional(),
  dev: z.string().optional(),
  /** As iproute2 prints it: 1 to 256. */
  weight: z.number().int(),
  /** Lower case, as the kernel names them: `dead`, `linkdown`, `onlink`, `pervasive`. */
  flags: z.array(z.string()),
});
export type Nexthop = z.infer<typeof Nexthop>;

export const Route = z.object({
  table: z.number().int(),
  type: z.enum(ROUTE_TYPES),
  prefix: z.string(),
  /** IPv6 source-specific routing. */
  fromPrefix: z.string().optional(),
  tos: z.number().int(),
  metric: z.number().int(),
  protocol: z.string().optional(),
  /** `global`, `site`, `link`, `host`, `nowhere` or a number as text. */
  scope: z.string().optional(),
  prefSource: z.string().optional(),
  /** RFC 4191 router preference. */
  pref: z.enum(['low', 'medium', 'high']).optional(),
  /** Nexthop object id; `nexthops` then holds what it resolved to. */
  nexthopId: z.number().int().optional(),
  expires: z.boolean().optional(),
  mtuBytes: z.number().int().optional(),
  flags: z.array(z.string()),
  nexthops: z.array(Nexthop),
});
export type Route = z.infer<typeof Route>;

export const Link = z.object({
  index: z.number().int(),
  name: z.string(),
  /** Upper case, as iproute2 prints them: `UP`, `LOWER_UP`, `NOARP`, `LOOPBACK`. */
  flags: z.array(z.string()),
  mtuBytes: z.number().int(),
  operState: z.string().optional(),
  mac: z.string().optional(),
  /** `link_type` of iproute2: `ether`, `none`, `loopback`. */
  type: z.string().optional(),
  /** `veth`, `bridge`, `tun`, `wireguard`, `vrf` … where it was asked for. */
  kind: z.string().optional(),
  master: z.string().optional(),
  group: z.number().int().optional(),
  /** Routing table of a VRF device. */
  vrfTable: z.number().int().optional(),
});
export type Link = z.infer<typeof Link>;

export const Address = z.object({
  dev: z.string(),
  local: z.string(),
  peer: z.string().optional(),
  prefixLength: z.number().int(),
  broadcast: z.string().optional(),
  scope: z.string(),
  /** `secondary`, `deprecated`, `tentative`, `temporary`, `dadfailed`, `optimistic`, … */
  flags: z.array(z.string()),
});
export type Address = z.infer<typeof Address>;

export const Neighbour = z.object({
  address: z.string(),
  dev: z.string(),
  mac: z.string().optional(),
  /** Upper case: `REACHABLE`, `STALE`, `FAILED`, `INCOMPLETE`, `PERMANENT`, `NOARP`, … */
  state: z.array(z.string()),
  router: z.boolean().optional(),
});
export type Neighbour = z.infer<typeof Neighbour>;

/**
 * IPv4 local and main tables share one trie until the first rule is ever added or deleted in a
 * network namespace. While they do, a more specific main route beats a less specific local one.
 * Source: Linux net/ipv4/fib_trie.c, fib_unmerge(); seen through /proc/net/fib_triestat.
 */
export const LocalTable = z.enum(['merged', 'split', 'unknown']);
export type LocalTable = z.infer<typeof LocalTable>;

/** Dotted names (`net.ipv4.conf.all.rp_filter`) to the text the kernel gave. */
export const Sysctls = z.record(z.string(), z.string());
export type Sysctls = z.infer<typeof Sysctls>;

/** One WireGuard device, as `wg show DEVICE dump` tells. Never its private key. */
export const WireguardDevice = z.object({
  dev: z.string(),
  publicKey: z.string(),
  peers: z.array(z.object({ publicKey: z.string(), allowedIps: z.array(z.string()) })),
});
export type WireguardDevice = z.infer<typeof WireguardDevice>;

/** Forwarded packets whose source is rewritten to the address of the device they leave by. */
export const Masquerade = z.object({
  /** Prefix of the original source. */
  from: z.string(),
  /** Destinations that are left alone. */
  notTo: z.array(z.string()),
  /** Only packets that leave by this device. */
  dev: z.string().optional(),
});
export type Masquerade = z.infer<typeof Masquerade>;

/** Everything the routing decision of one network namespace depends on. */
export interface NetworkState {
  readonly links: readonly Link[];
  readonly addresses: readonly Address[];
  readonly rules: Readonly<Record<Family, readonly Rule[]>>;
  readonly routes: Readonly<Record<Family, readonly Route[]>>;
  readonly neighbours: readonly Neighbour[];
  readonly sysctls: Sysctls;
  readonly localTable: LocalTable;
  /** As `uname -r` prints it. Without it, answers that differ between versions are all given. */
  readonly kernelRelease?: string | undefined;
}

/** The same as facts: each part was read on its own and may be missing on its own. */
export const NetworkFacts = z.object({
  links: factOf(z.array(Link)),
  addresses: factOf(z.array(Address)),
  rules: z.object({ ipv4: factOf(z.array(Rule)), ipv6: factOf(z.array(Rule)) }),
  routes: z.object({ ipv4: factOf(z.array(Route)), ipv6: factOf(z.array(Route)) }),
  neighbours: factOf(z.array(Neighbour)),
  sysctls: factOf(Sysctls),
  localTable: factOf(LocalTable),
  /** As `uname -r` prints it; absent where nobody asked. */
  kernelRelease: factOf(z.string()).optional(),
  /** Absent where nobody asked. */
  wireguard: factOf(z.array(WireguardDevice)).optional(),
  /** Absent where nobody asked. */
  masquerades: factOf(z.array(Masquerade)).optional(),
  /**
   * What the form in which a part was read cannot show (BusyBox `ip rule` prints no `not`), by
   * part. A part named here may be wrong by omission.
   */
  incomplete: z.array(
    z.object({ part: z.enum(['rules', 'routes', 'addresses', 'links']), lacks: z.string() }),
  ),
});
export type NetworkFacts = z.infer<typeof NetworkFacts>;
