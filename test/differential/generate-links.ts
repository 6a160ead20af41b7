import type { Random } from './random.ts';
import type { Step } from './scenario.ts';

/** Devices every scenario has; `zz0` never exists. */
export const PAIRS = ['v0', 'v1', 'v2', 'v3'] as const;
export const DEVICES = ['lo', 'v0', 'v1', 'v2', 'v3', 'br0'] as const;
export const DEVICES_OR_NONE = [...DEVICES, 'zz0'] as const;

const peerOf = (device: string) => device.replace('v', 'p');

/**
 * Veth pairs with both ends here. `br0` is now and then a bridge over one of the far ends: the kernel
 * takes up to a second to notice the carrier of one.
 */
export function linkSteps(random: Random): Step[] {
  const steps: Step[] = [
    sysctl('ipv6/conf/all/accept_dad', 0),
    sysctl('ipv6/conf/default/accept_dad', 0),
    sysctl('ipv6/conf/default/router_solicitations', 0),
  ];
  const add = (text: string) => steps.push({ by: 'ipv4', text });
  for (const [at, device] of PAIRS.entries()) {
    const peer = peerOf(device);
    const mac = `02:00:00:00:00:${10 + at}`;
    add(`link add ${device} address ${mac} type veth peer name ${peer}`);
    if (random.oneIn(2)) add(`link set ${device} group ${1 + random.below(3)}`);
    if (random.oneIn(2)) add(`link set ${device} addrgenmode none`);
    add(`link set ${peer} addrgenmode none`);
    add(`link set ${peer} up`);
  }
  if (random.oneIn(10)) {
    add('link add br0 address 02:00:00:00:00:20 type bridge');
    add('link set p3 master br0');
  } else {
    add('link add br0 address 02:00:00:00:00:20 type veth peer name pbr0');
    add('link set pbr0 addrgenmode none');
    add('link set pbr0 up');
  }
  add(`link set br0 group ${random.below(3)}`);
  if (!random.oneIn(12)) add('link set lo up');
  for (const device of [...PAIRS, 'br0']) if (!random.oneIn(16)) add(`link set ${device} up`);
  return steps;
}

/** Carrier lost, device down; routes that are there already may go with it. */
export function linkLossSteps(random: Random): Step[] {
  const steps: Step[] = [];
  for (const device of PAIRS) {
    if (random.oneIn(6)) steps.push({ by: 'ipv4', text: `link set ${peerOf(device)} down` });
    if (random.oneIn(20)) steps.push({ by: 'ipv4', text: `link set ${device} down` });
  }
  return steps;
}

function sysctl(path: string, value: number): Step {
  return { by: 'sysctl', text: `${path} ${value}` };
}

/** Settings the decision depends on, per device and over all. */
export function sysctlSteps(random: Random): Step[] {
  const steps: Step[] = [];
  const perDevice = (family: string, key: string, { odds, top }: { odds: number; top: number }) => {
    for (const device of ['all', ...DEVICES]) {
      if (random.oneIn(odds)) {
        steps.push(sysctl(`${family}/conf/${device}/${key}`, random.below(top + 1)));
      }
    }
  };
  perDevice('ipv4', 'rp_filter', { odds: 3, top: 2 });
  perDevice('ipv4', 'forwarding', { odds: 2, top: 1 });
  perDevice('ipv4', 'accept_local', { odds: 6, top: 1 });
  perDevice('ipv4', 'route_localnet', { odds: 8, top: 1 });
  perDevice('ipv4', 'src_valid_mark', { odds: 5, top: 1 });
  perDevice('ipv4', 'send_redirects', { odds: 4, top: 1 });
  perDevice('ipv4', 'bc_forwarding', { odds: 6, top: 1 });
  perDevice('ipv4', 'ignore_routes_with_linkdown', { odds: 3, top: 1 });
  perDevice('ipv6', 'ignore_routes_with_linkdown', { odds: 3, top: 1 });
  perDevice('ipv6', 'use_oif_addrs_only', { odds: 8, top: 1 });
  steps.push(sysctl('ipv6/conf/all/forwarding', random.below(2)));
  if (random.oneIn(3)) steps.push(sysctl('ipv4/fib_multipath_use_neigh', random.below(2)));
  if (random.oneIn(3)) steps.push(sysctl('ipv4/fib_multipath_hash_policy', random.below(3)));
  return steps;
}
