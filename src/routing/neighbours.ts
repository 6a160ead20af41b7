import type { Neighbour } from '../model/network.ts';

/** Bits of a neighbour's state. Source: Linux include/uapi/linux/neighbour.h. */
const STATE: Readonly<Record<string, number>> = {
  INCOMPLETE: 0x01,
  REACHABLE: 0x02,
  STALE: 0x04,
  DELAY: 0x08,
  PROBE: 0x10,
  FAILED: 0x20,
  NOARP: 0x40,
  PERMANENT: 0x80,
};
export const REACHABLE = 0x02;
export const INCOMPLETE = 0x01;
export const FAILED = 0x20;
/** States in which the kernel has an address to send to. */
export const VALID = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

/** State bits of a neighbour, or `undefined` when the kernel holds no entry for it. */
export type NeighbourStates = (device: string, address: string) => number | undefined;

export function neighbourStates(neighbours: readonly Neighbour[]): NeighbourStates {
  const states = new Map<string, number>();
  for (const { dev, address, state } of neighbours) {
    const bits = state.reduce((sum, name) => sum | (STATE[name] ?? 0), 0);
    states.set(`${dev} ${address}`, bits);
  }
  return (device, address) => states.get(`${device} ${address}`);
}
