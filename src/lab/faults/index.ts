import { acceptRoutes } from './accept-routes.ts';
import { exitNodeNoLan } from './exit-node.ts';
import type { Fault } from './fault.ts';
import { lookAlikes } from './look-alikes.ts';
import { nasOff, services } from './services.ts';

/** Every way the lab can be broken, or made to look broken. */
export const faults: readonly Fault[] = [
  ...acceptRoutes,
  exitNodeNoLan,
  ...services,
  nasOff,
  ...lookAlikes,
];

/** @throws {RangeError} If there is no fault of that id. */
export function faultById(id: string): Fault {
  const found = faults.find((fault) => fault.id === id);
  if (found) return found;
  const known = faults.map((fault) => fault.id).join(', ');
  throw new RangeError(`Cannot find the fault "${id}": known are ${known}`);
}
