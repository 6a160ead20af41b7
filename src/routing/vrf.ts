import { type Devices, LOOPBACK } from './devices.ts';
import type { FlowKey } from './flow.ts';

/*
 * VRF devices. Modelled after the source and untested: no kernel at hand has them.
 * Source: Linux net/l3mdev/l3mdev.c, l3mdev_update_flow(), l3mdev_fib_rule_match().
 */

/** Notes which VRF a flow belongs to, by its output device, else by the one it came in on. */
export function joinVrf(devices: Devices, key: FlowKey): void {
  if (key.vrf !== 0) return;
  const out = devices.list[key.oif];
  if (out && key.oif !== 0) {
    key.vrf = out.vrf;
    // bound to the VRF itself: its table decides, and no nexthop leaves by the VRF device
    if (out.vrf === out.id) key.oif = 0;
    return;
  }
  if (key.iif > LOOPBACK) key.vrf = devices.list[key.iif]?.vrf ?? 0;
}

/** Table of a VRF device; 0, which never exists, when it has none. */
export function vrfTable(devices: Devices, vrf: number): number {
  return devices.list[vrf]?.link?.vrfTable ?? 0;
}
