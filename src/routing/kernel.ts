import type { NetworkState } from '../model/network.ts';
import { compileDevices, type Devices } from './devices.ts';
import { compileKernel4, type Kernel4 } from './kernel4.ts';
import { compileKernel6, type Kernel6 } from './kernel6.ts';

/**
 * One host's network state in the form that decisions are made from. Immutable to its users; what
 * is costly to build (a table, a family) is built when it is first asked for.
 */
export interface Kernel {
  readonly state: NetworkState;
  readonly devices: Devices;
  readonly ipv4: Kernel4;
  readonly ipv6: Kernel6;
}

/**
 * @throws {SyntaxError} Here or at the first question, if the state holds a malformed address.
 */
export function compileKernel(state: NetworkState): Kernel {
  const devices = compileDevices(state);
  let ipv4: Kernel4 | undefined;
  let ipv6: Kernel6 | undefined;
  return {
    state,
    devices,
    get ipv4() {
      ipv4 ??= compileKernel4(state, devices);
      return ipv4;
    },
    get ipv6() {
      ipv6 ??= compileKernel6(state, devices);
      return ipv6;
    },
  };
}
