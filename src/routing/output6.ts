import { type Ipv6Words, readIpv6 } from '../model/address.ts';
import { addressKind, needsStrict } from './address-kind6.ts';
import type { Choices } from './choices.ts';
import { LOOPBACK, NO_DEVICE } from './devices.ts';
import { OK } from './errno.ts';
import type { Flow6 } from './flow.ts';
import type { Kernel6 } from './kernel6.ts';
import { type Found6, lookup6, nothingFound6 } from './lookup6.ts';
import { selectAddress6 } from './source6.ts';
import { ROUTE, TYPE } from './table-columns.ts';

/** The kernel's answer for one IPv6 lookup; filled in place. */
export interface Answer6 extends Found6 {
  type: number;
  device: number;
}

export function emptyAnswer6(): Answer6 {
  return { ...nothingFound6(), type: 0, device: 0 };
}

/**
 * Routes a packet that this host sends, as one lookup does.
 *
 * @param bound The socket is bound to the device, so that only routes by it count.
 * @returns OK or an error number of errno.ts.
 * Source: Linux net/ipv6/route.c, ip6_route_output_flags_noref().
 */
export function output6(
  k: Kernel6,
  flow: Flow6,
  { answer, bound }: { answer: Answer6; bound: boolean },
  choices: Choices,
): number {
  flow.iif = LOOPBACK;
  const device = flow.oif;
  const strict =
    bound || needsStrict(addressKind(flow.destination)) || (device !== 0 && !flow.hasSource);
  const error = lookup6(k, flow, { found: answer, manner: { device, strict } }, choices);
  if (error === OK) settleAnswer(k, answer);
  return error;
}

/**
 * Routes a packet that arrived on `flow.iif`. Says nothing of whether it is then forwarded.
 * Source: Linux net/ipv6/route.c, ip6_route_input_lookup().
 */
export function input6(k: Kernel6, flow: Flow6, answer: Answer6, choices: Choices): number {
  const manner = { device: flow.iif, strict: needsStrict(addressKind(flow.destination)) };
  const error = lookup6(k, flow, { found: answer, manner }, choices);
  if (error === OK) settleAnswer(k, answer);
  return error;
}

/**
 * Local routes lead to `lo`, or to the VRF device; so do the anycast ones the kernel makes for
 * itself, but not those added by hand. Source: Linux net/ipv6/route.c, ip6_rt_get_dev_rcu().
 */
function settleAnswer(k: Kernel6, answer: Answer6): void {
  const { table, row, hop } = answer;
  if (!table) return;
  answer.type = table.type[row] as number;
  answer.device = table.hopDevice[hop] as number;
  const own = k.state.routes.ipv6[table.route[row] as number]?.protocol === 'kernel';
  if (answer.type !== TYPE.local && !(answer.type === TYPE.anycast && own)) return;
  const vrf = k.devices.list[answer.device]?.vrf ?? NO_DEVICE;
  answer.device = vrf === NO_DEVICE ? LOOPBACK : vrf;
}

/**
 * Source address for a route that was found, or for a destination alone when none was.
 * Source: Linux include/net/ip6_route.h, ip6_route_get_saddr().
 */
export function sourceOfRoute6(
  k: Kernel6,
  { table, row, hop }: Found6,
  destination: Ipv6Words,
  choices: Choices,
): Ipv6Words | undefined {
  if (!table || row < 0) return selectAddress6(k, { device: NO_DEVICE, destination }, choices);
  const preferred = preferredSource6(k, table.route[row] as number, choices);
  if (preferred !== undefined) return readIpv6(preferred);
  // for a group of nexthop objects the kernel asks the first member, whichever was taken
  const group = ((table.flags[row] as number) & ROUTE.group) !== 0;
  const from = group ? (table.firstHop[row] as number) : hop;
  const device = table.hopDevice[from] as number;
  return selectAddress6(k, { device, destination }, choices);
}

/**
 * The `src` of a route. Routes by the same nexthop object share what the kernel remembers of it, so
 * the `src` of any of them may be the one that counts. Source: Linux net/ipv6/route.c,
 * rt6_get_pcpu_route(), which finds it in the nexthop; seen in docs/lab/routing-ipv6.md.
 */
function preferredSource6(k: Kernel6, row: number, choices: Choices): string | undefined {
  const { ipv6 } = k.state.routes;
  const route = ipv6[row];
  const id = route?.nexthopId;
  if (id === undefined) return route?.prefSource;
  const sharing = ipv6.filter(({ nexthopId }) => nexthopId === id);
  const sources = [...new Set([route?.prefSource, ...sharing.map(({ prefSource }) => prefSource)])];
  return sources[choices.pick(sources.length, () => `which route by nexthop ${id} was used first`)];
}
