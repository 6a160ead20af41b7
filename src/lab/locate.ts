import { readlinkSync } from 'node:fs';
import { OutsideError } from '../model/outside-error.ts';
import type { LocateLabHost } from '../ports/lab-host.ts';
import { findLabs, type RunningLab, readLabFile } from './find-labs.ts';

/** Finds a host of a running lab; see {@link LocateLabHost}. */
export const locateLabHost: LocateLabHost = async (labId, host) => {
  const lab = chooseLab(labId);
  const file = readLabFile(lab);
  const described = file.hosts.find(({ name }) => name === host);
  const pid = lab.hostPids.get(host);
  if (!described || pid === undefined) {
    const known = [...lab.hostPids.keys()].toSorted().join(', ');
    throw new OutsideError({
      doing: `reach lab host "${host}"`,
      found: `lab "${lab.id}" has no such host`,
      next: `one of ${known}`,
    });
  }
  if (described.off) {
    throw new OutsideError({
      doing: `reach lab host "${host}"`,
      found: 'it is switched off',
      next: 'returnpath lab status',
    });
  }
  return {
    labId: lab.id,
    host,
    enter: [...enterUser(pid, file.rootless), '-m', '-u', '-n', '-p', '--'],
    enterNetwork: [...enterUser(pid, file.rootless), '-u', '-n', '--'],
    root: `/proc/${pid}/root`,
    addresses: described.addresses,
  };
};

/**
 * The lab of that id, or the only one.
 *
 * @throws {OutsideError} If none runs, or several run and none was named.
 */
export function chooseLab(labId: string | undefined): RunningLab {
  const labs = findLabs();
  const matching = labId === undefined ? labs : labs.filter(({ id }) => id === labId);
  const [lab, other] = matching;
  if (!lab) {
    throw new OutsideError({
      doing: labId === undefined ? 'find a lab' : `find the lab "${labId}"`,
      found: labs.length === 0 ? 'none is running' : `running are ${idsOf(labs)}`,
      next: 'returnpath lab up',
    });
  }
  if (other) {
    throw new OutsideError({
      doing: 'choose a lab',
      found: `several are running: ${idsOf(labs)}`,
      next: `name one: lab://${lab.id}/HOST`,
    });
  }
  return lab;
}

/** In a user namespace one must become its root first, unless one is in it already. */
function enterUser(pid: number, rootless: boolean): readonly string[] {
  const isInside = () =>
    readlinkSync('/proc/self/ns/user') === readlinkSync(`/proc/${pid}/ns/user`);
  const user = rootless && !isInside() ? ['-U', '--preserve-credentials'] : [];
  return ['nsenter', '-t', String(pid), ...user];
}

function idsOf(labs: readonly RunningLab[]): string {
  return labs.map(({ id }) => `"${id}"`).join(', ');
}
