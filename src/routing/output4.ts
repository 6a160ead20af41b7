import { writeIpv4 } from '../model/address.ts';
import { TABLE } from '../model/network.ts';
import { type Choices, FIRST_CHOICE } from './choices.ts';
import { LOOPBACK, NO_DEVICE, SCOPE } from './devices.ts';
import { EINVAL, ENETUNREACH, ENODEV, OK } from './errno.ts';
import { emptyFlow4, type Flow4 } from './flow.ts';
import type { Kernel4 } from './kernel4.ts';
import { type Found4, lookup4, lookupTable4, nothingFound4 } from './lookup4.ts';
import { selectPath4 } from './path4.ts';
import { selectAddress4, sourceOfHop } from './source4.ts';
import { TYPE } from './table-columns.ts';
import { PACKED } from './table4.ts';

/** The kernel's answer for a packet of this host; filled in place. */
export interface Output4 extends Found4 {
  /** Route type of the answer, which for broadcast and multicast is the destination's. */
  type: number;
  device: number;
  /** Whether the nexthop's gateway is used; false for what goes straight to the destination. */
  viaGateway: boolean;
  source: number;
}

export function emptyOutput4(): Output4 {
  return {
    rule: -1,
    table: undefined,
    prefix: -1,
    row: -1,
    hop: -1,
    type: 0,
    device: 0,
    viaGateway: true,
    source: 0,
  };
}

const LOCALHOST = 0x7f000001;
const LIMITED_BROADCAST = 0xffffffff;

const isMulticast = (address: number) => address >>> 28 === 14;
const isLocalMulticast = (address: number) => address >>> 8 === 0xe00000;
const isLoopback = (address: number) => address >>> 24 === 127;

/**
 * Routes a packet that this host sends, as one lookup does. May change the flow's `oif`.
 *
 * @returns OK or an error number of errno.ts.
 * Source: Linux net/ipv4/route.c, ip_route_output_key_hash_rcu().
 */
export function output4(k: Kernel4, flow: Flow4, out: Output4, choices: Choices): number {
  reset(out, flow);
  const boundTo = flow.oif;
  if (flow.source !== 0) {
    const refused = checkSource(k, flow, out, choices);
    if (refused !== OK) return refused;
    if (out.device !== NO_DEVICE) return finish(k, flow, out);
  }
  if (boundTo !== NO_DEVICE) {
    const device = k.devices.list[boundTo];
    if (!device) return ENODEV;
    if (!device.up) return ENETUNREACH;
    if (bindToDevice(k, flow)) return leave(k, flow, out);
  }
  if (flow.destination === 0) return toUnspecified(k, flow, out);
  const error = lookup4(k, flow, out, choices);
  if (error !== OK) {
    if (boundTo === NO_DEVICE || (flow.vrf !== 0 && !isMulticast(flow.destination))) return error;
    return assumeOnLink(k, flow, out);
  }
  const table = out.table;
  if (!table) return ENETUNREACH;
  out.type = (table.packed[2 * out.row] as number) & PACKED.type;
  if (out.type === TYPE.local) return toLocal(k, flow, out);
  selectPath4(k, flow, out, choices);
  out.device = table.hopDevice[out.hop] as number;
  out.source = flow.source || sourceOfHop(k, { table, row: out.row, hop: out.hop }, choices);
  return finish(k, flow, out);
}

function reset(out: Output4, flow: Flow4): void {
  out.rule = -1;
  out.table = undefined;
  out.prefix = -1;
  out.row = -1;
  out.hop = -1;
  out.type = TYPE.unicast;
  out.device = NO_DEVICE;
  out.viaGateway = true;
  out.source = flow.source;
}

/**
 * A source must be an address of this host. Sent to a multicast group or to everybody, it also
 * chooses the device when none was given.
 */
function checkSource(k: Kernel4, flow: Flow4, out: Output4, choices: Choices): number {
  const { source, destination } = flow;
  if (isMulticast(source) || source === LIMITED_BROADCAST) return EINVAL;
  const everybody = isMulticast(destination) || destination === LIMITED_BROADCAST;
  const choosesDevice = flow.oif === NO_DEVICE && everybody;
  const owner = ownerOf(k, source, { choices, which: choosesDevice ? choices : FIRST_CHOICE });
  if (owner === NO_DEVICE) return ENETUNREACH;
  if (choosesDevice) {
    out.device = owner;
    flow.oif = owner;
  }
  return OK;
}

/**
 * Device of a local address, configured or only routed; 0 when it is none. `which` picks among
 * several. Source: Linux net/ipv4/devinet.c, __ip_dev_find().
 */
function ownerOf(
  k: Kernel4,
  address: number,
  { choices, which }: { choices: Choices; which: Choices },
): number {
  const owners = k.ownersOf(address);
  if (owners.length > 0) {
    const doubt = () => `which of its devices the kernel finds ${writeIpv4(address)} on`;
    return owners[which.pick(owners.length, doubt)] as number;
  }
  const found = nothingFound4();
  const table = k.isMerged(choices) ? k.mergedTable() : k.table(TABLE.local);
  const error = lookupTable4(table, { ...emptyFlow4(), destination: address }, found);
  if (error !== OK || found.table?.type[found.row] !== TYPE.local) return NO_DEVICE;
  return found.table.hopDevice[found.hop] as number;
}

const IGMP = 2;

/** Chooses a source for the device where that is needed early; true when no lookup is made. */
function bindToDevice(k: Kernel4, flow: Flow4): boolean {
  const { destination, oif } = flow;
  const select = (scope: number) => selectAddress4(k, { device: oif, gateway: 0, scope });
  if (
    isLocalMulticast(destination) ||
    destination === LIMITED_BROADCAST ||
    flow.protocol === IGMP
  ) {
    flow.source ||= select(SCOPE.link);
    return true;
  }
  if (flow.source === 0 && isMulticast(destination)) flow.source = select(SCOPE.global);
  else if (flow.source === 0 && destination === 0) flow.source = select(SCOPE.host);
  return false;
}

function leave(k: Kernel4, flow: Flow4, out: Output4): number {
  out.device = flow.oif;
  out.source = flow.source;
  return finish(k, flow, out);
}

/** 0.0.0.0 means this host. */
function toUnspecified(k: Kernel4, flow: Flow4, out: Output4): number {
  flow.destination = flow.source || LOCALHOST;
  out.source = flow.destination;
  out.device = LOOPBACK;
  out.type = TYPE.local;
  return finish(k, flow, out);
}

/** Bound to a device and no route: the kernel sends it there, whatever rules and tables said. */
function assumeOnLink(k: Kernel4, flow: Flow4, out: Output4): number {
  out.rule = -1;
  out.table = undefined;
  out.row = -1;
  out.hop = -1;
  out.device = flow.oif;
  out.source =
    flow.source || selectAddress4(k, { device: flow.oif, gateway: 0, scope: SCOPE.link });
  return finish(k, flow, out);
}

function toLocal(k: Kernel4, flow: Flow4, out: Output4): number {
  const preferred = out.table?.preferredSource[out.row] as number;
  out.source = flow.source || preferred || flow.destination;
  const routed = k.devices.list[out.table?.hopDevice[out.hop] as number];
  out.device = routed && routed.vrf !== NO_DEVICE ? routed.vrf : LOOPBACK;
  out.type = TYPE.local;
  return finish(k, flow, out);
}

/** Source: Linux net/ipv4/route.c, __mkroute_output(). */
function finish(k: Kernel4, flow: Flow4, out: Output4): number {
  const { destination } = flow;
  const device = k.devices.list[out.device];
  if (isLoopback(out.source) && !device?.loopback && device?.vrf !== out.device) {
    if (k.setting(out.device, 'route_localnet') !== 1) return EINVAL;
  }
  if (destination === LIMITED_BROADCAST) {
    out.type = TYPE.broadcast;
    out.viaGateway = false;
  } else if (isMulticast(destination)) {
    out.type = TYPE.multicast;
    // "If multicast route do not exist use default one, but do not gateway in this case"
    if (out.table && (out.table.length[out.prefix] as number) < 4) out.viaGateway = false;
  } else if (destination === 0) {
    return EINVAL;
  }
  return OK;
}
