import type { StorageSource } from '../model/cluster-storage.ts';
import type { Probe } from '../model/observation.ts';
import type { Case, Party } from './cause.ts';
import { itemsOf } from './complaints.ts';
import type { Listeners } from './listeners.ts';

/**
 * How well it is known that somebody wants what a port serves: `sure` a driver is told so, or it was
 * asked for; `usual` it is the API of a TrueNAS, and nothing else that listens could be that;
 * `possible` the API may have been moved; `unknown` nobody says that there is an API.
 */
export type Wanted = 'sure' | 'usual' | 'possible' | 'unknown';

/** Of these only the software is known, and by that the ports that it has if nobody changed them. */
const GUESSING: readonly StorageSource[] = ['volume-attributes', 'workload'];
/** SSH, portmap, SMB, NFS and iSCSI: none can be an API that was moved. */
const NO_API = [22, 111, 139, 445, 2049, 3260];

/**
 * Ports of HTTP are asked beside that of NFS whatever the server is, so a refusal may be nothing but
 * a server that has no API, or has it elsewhere.
 */
export function howWanted(c: Case, port: number, { open }: Listeners): Wanted {
  const isApi = c.probes.some((one) => isWeb(one) && one.flow.destinationPort === port);
  if (!isApi || !c.probes.some(({ probe }) => probe === 'nfs')) return 'sure';
  const backends = itemsOf(c.snapshot.cluster?.backends ?? NONE).filter(
    ({ server, ports }) =>
      [c.server.address, c.server.id].includes(server) &&
      ports.some((one) => one.port === port && one.use === 'api'),
  );
  const isTold = backends.some(({ sources }) => sources.some((one) => !GUESSING.includes(one)));
  if (isTold) return 'sure';
  if (c.probes.some((one) => isWeb(one) && one.outcome === 'answered')) return 'unknown';
  if (!isTruenas(c.server)) return backends.length > 0 ? 'possible' : 'unknown';
  return open.some(({ local }) => !NO_API.includes(local.port)) ? 'possible' : 'usual';
}

const NONE = { seen: false, why: 'no cluster' } as const;

function isWeb({ probe }: Probe): boolean {
  return probe === 'http' || probe === 'https';
}

/** It has the API or its command, a kernel of its own, or the name that it is shipped with. */
function isTruenas({ name, facts }: Party): boolean {
  if (name.startsWith('truenas') || facts?.truenas) return true;
  const kernel = facts?.network.kernelRelease;
  if (kernel?.seen && kernel.value.includes('truenas')) return true;
  return facts?.tools.seen === true && 'midclt' in facts.tools.value;
}
