import { acceptRoutes } from './accept-routes.ts';
import { clusterFaults } from './cluster.ts';
import { exitNodeNoLan } from './exit-node.ts';
import type { Fault } from './fault.ts';
import { lookAlikes } from './look-alikes.ts';
import { paths } from './paths.ts';
import { nasOff, services } from './services.ts';

export { clusterFaults } from './cluster.ts';

/** Every way the network of the lab can be broken, or made to look broken. */
export const faults: readonly Fault[] = [
  ...acceptRoutes,
  exitNodeNoLan,
  ...services,
  nasOff,
  ...paths,
  ...lookAlikes,
];

/** And what takes a cluster besides. */
export const allFaults: readonly Fault[] = [...faults, ...clusterFaults];

/** @throws {RangeError} If there is no fault of that id. */
export function faultById(id: string): Fault {
  const found = allFaults.find((fault) => fault.id === id);
  if (found) return found;
  const known = allFaults.map((fault) => fault.id).join(', ');
  throw new RangeError(`Cannot find the fault "${id}": known are ${known}`);
}
