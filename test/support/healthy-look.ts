import { readFileSync } from 'node:fs';
import type { NeighbourSample, Probe } from '../../src/model/observation.ts';
import { Snapshot } from '../../src/model/snapshot.ts';

/** A look that was recorded in the lab. */
export function recorded(name: string): Snapshot {
  const path = `${import.meta.dirname}/../scenarios/${name}.snapshot.json`;
  return Snapshot.parse(JSON.parse(readFileSync(path, 'utf8')));
}

export const healthy = recorded('healthy');
const { from } = healthy.question;
export const [SERVER = ''] = healthy.question.serverAddresses;

/** A probe of the healthy look to its server. */
export function isTarget(o: Snapshot['observations'][number]): o is Probe {
  return o.kind === 'probe' && o.role === 'target' && o.host === from;
}

/** @param mac Absent: nobody answers for the server. */
export function neighbour(mac: string | undefined): NeighbourSample {
  return {
    kind: 'neighbour',
    host: from,
    atUnixMs: healthy.endedUnixMs,
    neighbour: {
      address: SERVER,
      dev: 'eth0',
      ...(mac === undefined ? { state: ['FAILED'] } : { state: ['REACHABLE'], mac }),
    },
    command: 'ip neigh',
  };
}
