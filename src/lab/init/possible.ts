import type { Fault } from '../faults/fault.ts';
import type { Plan } from './plan.ts';

/** @throws {RangeError} If the lab lacks what the fault breaks. */
export function assertPossible({ id, settings }: Fault, { topology, netfilter }: Plan): void {
  const kinds = settings.map(({ kind }) => kind);
  const hasCluster = topology.hosts.some(({ daemons }) =>
    daemons.flat().some(({ kind }) => kind === 'kubernetes'),
  );
  if (kinds.includes('cluster') && !hasCluster) {
    throw new RangeError(`Cannot break "${id}": this lab has no cluster (lab up --kubernetes)`);
  }
  if (kinds.includes('unmasqueraded') && !netfilter) {
    throw new RangeError(`Cannot break "${id}": nothing is masqueraded without nft`);
  }
}
