import type { Choices } from './choices.ts';
import { type Device, SCOPE, scopeNumber } from './devices.ts';
import type { HopAt } from './gateway4.ts';
import type { Kernel4 } from './kernel4.ts';
import { HOP, ROUTE } from './table-columns.ts';
import type { Table4 } from './table4.ts';

/**
 * Source address of a route's nexthop: its `src`, else chosen from the device.
 * Source: Linux net/ipv4/fib_semantics.c, fib_result_prefsrc().
 */
export function sourceOfHop(k: Kernel4, at: HopAt, choices: Choices): number {
  const { table, row, hop } = at;
  const known = table.hopAnswer[hop] as number;
  if (known !== 0) return known;
  const preferred = table.preferredSource[row] as number;
  if (preferred === 0 && (table.flags[row] as number) & ROUTE.object) {
    return sourceOfObject(k, at, choices);
  }
  table.hopAnswer[hop] = preferred || hopSource(k, table, row, hop);
  return table.hopAnswer[hop] as number;
}

/** What the nexthop itself would give, whatever `src` the route has; remembered. */
export function hopSource(k: Kernel4, table: Table4, row: number, hop: number): number {
  if (table.hopSourceKnown[hop] === 0) {
    table.hopSource[hop] = sourceAtScope(k, table, hop, table.scope[row] as number);
    table.hopSourceKnown[hop] = 1;
  }
  return table.hopSource[hop] as number;
}

function sourceAtScope(k: Kernel4, table: Table4, hop: number, scope: number): number {
  const device = table.hopDevice[hop] as number;
  return selectAddress4(k, { device, gateway: table.hopGateway[hop] as number, scope });
}

/**
 * A nexthop object keeps one source for all its routes: chosen at its own scope when it was made,
 * and after any change of addresses at the scope of whichever route asks first.
 */
function sourceOfObject(k: Kernel4, { table, row, hop }: HopAt, choices: Choices): number {
  const { ipv4 } = k.state.routes;
  const id = ipv4[table.route[row] as number]?.nexthopId;
  const viaGateway = ((table.hopFlags[hop] as number) & HOP.hasGateway) !== 0;
  const scopes = new Set<number>([
    ...(viaGateway ? [SCOPE.link, SCOPE.host] : [SCOPE.link]),
    table.scope[row] as number,
    ...ipv4.filter(({ nexthopId }) => nexthopId === id).map(({ scope }) => scopeNumber(scope)),
  ]);
  const sources = [...new Set([...scopes].map((scope) => sourceAtScope(k, table, hop, scope)))];
  const doubt = () => `whether addresses changed since nexthop ${id} was added`;
  return sources[choices.pick(sources.length, doubt)] as number;
}

/**
 * The first address of the device, in `ip addr` order, that is not secondary and reaches as far as
 * `scope`; preferably one whose subnet holds the gateway. Without one: an address of the VRF device,
 * then of any device, `lo` first, link-scope addresses left out. 0 when there is none at all.
 *
 * Source: Linux net/ipv4/devinet.c, inet_select_addr().
 */
export function selectAddress4(
  k: Kernel4,
  { device, gateway, scope }: { device: number; gateway: number; scope: number },
): number {
  const { list } = k.devices;
  const own = list[device];
  if (!own) return 0;
  const onDevice = addressOn(own, { gateway, scope, hostScope: hostScope(k, device) });
  if (onDevice !== 0) return onDevice;
  const vrf = own.vrf === own.id ? 0 : own.vrf;
  if (vrf !== 0) {
    const address = borrowedFrom(list[vrf], scope);
    if (address !== 0) return address;
  }
  for (const other of list) {
    if ((other.vrf === other.id ? 0 : other.vrf) !== vrf) continue;
    const address = borrowedFrom(other, scope);
    if (address !== 0) return address;
  }
  return 0;
}

/** With route_localnet, host-scope addresses count as link-scope ones. */
function hostScope(k: Kernel4, device: number): number {
  return k.setting(device, 'route_localnet') === 1 ? SCOPE.link : SCOPE.host;
}

function addressOn(
  { ipv4 }: Device,
  { gateway, scope, hostScope }: { gateway: number; scope: number; hostScope: number },
): number {
  let first = 0;
  for (const address of ipv4) {
    if (address.secondary || Math.min(address.scope, hostScope) > scope) continue;
    if (gateway === 0 || ((gateway ^ address.peer) & address.mask) === 0) return address.local;
    first ||= address.local;
  }
  return first;
}

function borrowedFrom(device: Device | undefined, scope: number): number {
  const address = device?.ipv4.find(
    (other) => !other.secondary && other.scope !== SCOPE.link && other.scope <= scope,
  );
  return address?.local ?? 0;
}
