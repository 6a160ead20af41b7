import { type Ipv6Words, readIpv6 } from '../model/address.ts';
import type { Route } from '../model/network.ts';
import { addressKind, needsStrict } from './address-kind6.ts';
import type { Choices } from './choices.ts';
import { LOOPBACK, NO_DEVICE } from './devices.ts';
import { OK } from './errno.ts';
import type { Flow6 } from './flow.ts';
import type { Kernel6 } from './kernel6.ts';
import { type Found6, lookup6 } from './lookup6.ts';
import { routesByNexthop } from './nexthop-objects6.ts';
import { selectAddress6 } from './source6.ts';
import { hopsOf, TYPE } from './table-columns.ts';

/** The kernel's answer for one IPv6 lookup; filled in place. */
export interface Answer6 extends Found6 {
  type: number;
  device: number;
}

export function emptyAnswer6(): Answer6 {
  return { rule: -1, table: undefined, prefix: -1, row: -1, hop: -1, type: 0, device: 0 };
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
 *
 * Routes by the same nexthop object share what the kernel remembers of it, so any of them may be
 * the one whose `src` or device counts. Source: Linux include/net/ip6_route.h,
 * ip6_route_get_saddr(); net/ipv6/route.c, rt6_get_pcpu_route(); seen in docs/lab/routing-ipv6.md.
 */
export function sourceOfRoute6(
  k: Kernel6,
  { table, row, hop }: Found6,
  destination: Ipv6Words,
  choices: Choices,
): Ipv6Words | undefined {
  if (!table || row < 0) return selectAddress6(k, { device: NO_DEVICE, destination }, choices);
  const route = k.state.routes.ipv6[table.route[row] as number];
  const device = table.hopDevice[hop] as number;
  if (route?.nexthopId === undefined) {
    if (route?.prefSource !== undefined) return readIpv6(route.prefSource);
    return selectAddress6(k, { device, destination }, choices);
  }
  const taken = hopsOf(route)[hop - (table.firstHop[row] as number)];
  const ways = [...new Set(routesByNexthop(k.state, route, taken).map(wayOf))];
  const doubt = () =>
    `which route by nexthop ${taken?.gateway ?? ''} dev ${taken?.dev} was used first`;
  const [preferred = '', by = ''] = (ways[choices.pick(ways.length, doubt)] ?? '').split(' ');
  if (preferred !== '') return readIpv6(preferred);
  return selectAddress6(k, { device: k.devices.idOf(by), destination }, choices);
}

/** For a group the kernel asks the first member's device, whichever was taken. */
function wayOf({ prefSource = '', nexthops }: Route): string {
  return `${prefSource} ${nexthops[0]?.dev ?? ''}`;
}
