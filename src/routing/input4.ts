import type { Choices } from './choices.ts';
import type { InputRefusal } from './decision.ts';
import { LOOPBACK, NO_DEVICE } from './devices.ts';
import { EHOSTUNREACH, EINVAL, ENETUNREACH, EXDEV, OK } from './errno.ts';
import type { Flow4 } from './flow.ts';
import type { Kernel4 } from './kernel4.ts';
import { type Found4, lookup4 } from './lookup4.ts';
import { selectMultipath } from './path4.ts';
import { validateSource4 } from './reverse-path4.ts';
import { TYPE } from './table-columns.ts';
import type { Table4 } from './table4.ts';

/** The kernel's answer for a packet that came in; filled in place. */
export interface Input4 extends Found4 {
  type: number;
  device: number;
  refusal: InputRefusal | undefined;
}

export function emptyInput4(): Input4 {
  return {
    rule: -1,
    table: undefined,
    prefix: -1,
    row: -1,
    hop: -1,
    type: 0,
    device: 0,
    refusal: undefined,
  };
}

const LIMITED_BROADCAST = 0xffffffff;
const isMulticast = (address: number) => address >>> 28 === 14;
const isLoopback = (address: number) => address >>> 24 === 127;

/**
 * Routes a packet that arrived on `flow.iif`: to this host, through it, or nowhere.
 *
 * @returns OK or an error number, with `input.refusal` set.
 * Source: Linux net/ipv4/route.c, ip_route_input_rcu(), ip_route_input_slow().
 */
export function input4(k: Kernel4, packet: Flow4, input: Input4, choices: Choices): number {
  Object.assign(input, emptyInput4());
  const flow = asKernelSees(k, packet);
  const { source, destination, iif } = flow;
  if (isMulticast(destination)) return multicastIn(k, flow, input, choices);
  if (isMulticast(source) || source === LIMITED_BROADCAST) return refuse(input, 'martian-source');
  if (destination === LIMITED_BROADCAST || (source === 0 && destination === 0)) {
    return broadcastIn(k, flow, input, choices);
  }
  if (source === 0) return refuse(input, 'martian-source');
  if (destination === 0) return refuse(input, 'martian-destination');
  if (k.setting(iif, 'route_localnet') !== 1) {
    if (isLoopback(destination)) return refuse(input, 'martian-destination');
    if (isLoopback(source)) return refuse(input, 'martian-source');
  }
  const error = lookup4(k, flow, input, choices);
  if (error !== OK) return noRoute(k, { iif, error, input }, choices);
  const type = input.table?.type[input.row] as number;
  if (type === TYPE.broadcast && k.setting(iif, 'bc_forwarding') !== 1) {
    return broadcastIn(k, flow, input, choices);
  }
  if (type === TYPE.local) return localIn(k, flow, input, choices);
  if (type !== TYPE.broadcast) {
    if (!forwards(k, iif, choices)) return notForwarding(input);
    if (type !== TYPE.unicast) return refuse(input, 'martian-destination');
  }
  return forwardIn(k, flow, input, choices);
}

/** Without a rule that looks at ports the kernel does not read them. */
function asKernelSees(k: Kernel4, packet: Flow4): Flow4 {
  const flow = { ...packet, oif: NO_DEVICE, vrf: NO_DEVICE };
  if (!k.rules.dissects) {
    flow.protocol = 0;
    flow.sourcePort = 0;
    flow.destinationPort = 0;
  }
  return flow;
}

function refuse(input: Input4, refusal: InputRefusal, error = EINVAL): number {
  input.refusal = refusal;
  return error;
}

function forwards(k: Kernel4, device: number, choices: Choices): boolean {
  const name = k.devices.list[device]?.name ?? '';
  const setting =
    k.setting(device, 'forwarding') ?? choices.settle(`net.ipv4.conf.${name}.forwarding`, 2);
  return setting !== 0;
}

function notForwarding(input: Input4): number {
  return refuse(input, 'not-forwarding', EHOSTUNREACH);
}

function noRoute(
  k: Kernel4,
  { iif, error, input }: { iif: number; error: number; input: Input4 },
  choices: Choices,
): number {
  if (!forwards(k, iif, choices)) return notForwarding(input);
  const named = input.row >= 0 || input.rule >= 0;
  return refuse(input, named ? 'error-route' : 'no-route', error === EXDEV ? ENETUNREACH : error);
}

function localIn(k: Kernel4, flow: Flow4, input: Input4, choices: Choices): number {
  const error = validateSource4(k, { flow, destination: flow.destination, out: 0 }, choices);
  if (error !== OK) return badSource(input, error);
  const routed = k.devices.list[input.table?.hopDevice[input.hop] as number];
  input.device = routed && routed.vrf !== NO_DEVICE ? routed.vrf : LOOPBACK;
  input.type = TYPE.local;
  return OK;
}

function badSource(input: Input4, error: number): number {
  return refuse(input, error === EXDEV ? 'reverse-path' : 'martian-source', error);
}

function broadcastIn(k: Kernel4, flow: Flow4, input: Input4, choices: Choices): number {
  if (flow.source !== 0) {
    const error = validateSource4(k, { flow, destination: 0, out: 0 }, choices);
    if (error !== OK) return badSource(input, error);
  }
  input.device = LOOPBACK;
  input.type = TYPE.broadcast;
  return OK;
}

function forwardIn(k: Kernel4, flow: Flow4, input: Input4, choices: Choices): number {
  const table = input.table as Table4;
  if ((table.hopCount[input.row] as number) > 1) selectMultipath(k, undefined, input, choices);
  input.device = table.hopDevice[input.hop] as number;
  input.type = table.type[input.row] as number;
  const error = validateSource4(
    k,
    { flow, destination: flow.destination, out: input.device },
    choices,
  );
  return error === OK ? OK : badSource(input, error);
}

/** Which groups the host has joined is not part of what is seen. */
function multicastIn(k: Kernel4, flow: Flow4, input: Input4, choices: Choices): number {
  const { source, destination, iif } = flow;
  const device = k.devices.list[iif]?.name ?? '';
  const isMember = choices.pick(2, () => `whether ${device} has joined the multicast group`) === 0;
  if (!isMember) return refuse(input, 'martian-destination');
  if (isMulticast(source) || source === LIMITED_BROADCAST) return refuse(input, 'martian-source');
  if (isLoopback(source) && k.setting(iif, 'route_localnet') !== 1) {
    return refuse(input, 'martian-source');
  }
  if (source === 0) {
    if (destination >>> 8 !== 0xe00000) return refuse(input, 'martian-source');
  } else {
    const error = validateSource4(k, { flow, destination: 0, out: 0 }, choices);
    if (error !== OK) return badSource(input, error);
  }
  input.device = LOOPBACK;
  input.type = TYPE.multicast;
  return OK;
}
