import type { Choices } from './choices.ts';
import { LOOPBACK, NO_DEVICE } from './devices.ts';
import { EINVAL, EXDEV, OK } from './errno.ts';
import type { Flow4 } from './flow.ts';
import type { Kernel4 } from './kernel4.ts';
import { type Found4, lookup4, nothingFound4 } from './lookup4.ts';
import { TYPE } from './table-columns.ts';

export interface ReversePath {
  /** The packet as it came in. */
  readonly flow: Flow4;
  /** What the way back is looked up from; 0 for broadcast and multicast. */
  readonly destination: number;
  /** Device the packet would leave by, 0 for delivery to this host. */
  readonly out: number;
}

/**
 * Whether a source address may come in by this device.
 *
 * @returns OK; EXDEV when the reverse-path filter drops it, EINVAL when the address itself is
 *   impossible there.
 * Source: Linux net/ipv4/fib_frontend.c, fib_validate_source().
 */
export function validateSource4(k: Kernel4, path: ReversePath, choices: Choices): number {
  const { iif, source } = path.flow;
  const filter = reversePathFilter(k, iif, choices);
  const redirects = path.out === iif && k.setting(iif, 'send_redirects') !== 0;
  if (filter !== 0 || redirects) return lookBack(k, { ...path, filter }, choices);
  if (k.setting(iif, 'accept_local') === 1) return OK;
  if (k.hasCustomLocalRoutes() || !k.isMerged(choices)) {
    return lookBack(k, { ...path, filter }, choices);
  }
  return k.ownersOf(source).length === 0 ? OK : EINVAL;
}

function reversePathFilter(k: Kernel4, device: number, choices: Choices): number {
  const name = k.devices.list[device]?.name ?? '';
  return k.setting(device, 'rp_filter') ?? choices.settle(`net.ipv4.conf.${name}.rp_filter`, 3);
}

/** Source: Linux net/ipv4/fib_frontend.c, __fib_validate_source(). */
function lookBack(
  k: Kernel4,
  { flow, destination, out, filter }: ReversePath & { filter: number },
  choices: Choices,
): number {
  const { iif } = flow;
  const found = nothingFound4();
  const drop = filter === 0 ? OK : EXDEV;
  const error = lookup4(k, backwards(k, flow, { destination, out }), found, choices);
  if (error !== OK) return drop;
  const type = found.table?.type[found.row];
  const local = type === TYPE.local;
  if (type !== TYPE.unicast && !(local && k.setting(iif, 'accept_local') === 1)) return EINVAL;
  if (usesDevice(k, found, iif) || (local && iif === LOOPBACK)) return OK;
  if (k.devices.list[iif]?.ipv4.length === 0) return drop;
  return filter === 1 ? EXDEV : OK;
}

function backwards(
  k: Kernel4,
  flow: Flow4,
  { destination, out }: { destination: number; out: number },
): Flow4 {
  return {
    ...flow,
    destination: flow.source,
    source: destination,
    iif: out === NO_DEVICE ? LOOPBACK : out,
    oif: NO_DEVICE,
    vrf: k.devices.list[flow.iif]?.vrf ?? 0,
    mark: k.setting(flow.iif, 'src_valid_mark') === 1 ? flow.mark : 0,
    sourcePort: flow.destinationPort,
    destinationPort: flow.sourcePort,
  };
}

/** Any nexthop of the route will do, also a dead one. Source: fib_info_nh_uses_dev(). */
function usesDevice(k: Kernel4, { table, row }: Found4, device: number): boolean {
  if (!table) return false;
  const first = table.firstHop[row] as number;
  const end = first + (table.hopCount[row] as number);
  for (let hop = first; hop < end; hop++) {
    const id = table.hopDevice[hop] as number;
    if (id === device || (k.devices.hasVrf && k.devices.list[id]?.vrf === device)) return true;
  }
  return false;
}
