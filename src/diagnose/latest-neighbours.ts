import type { Neighbour } from '../model/network.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * The same snapshot with the neighbours that were read after the probes in place of those read
 * before: a machine that is off is only missed once somebody has asked for it.
 */
export function withLatestNeighbours(snapshot: Snapshot): Snapshot {
  const hosts = Object.entries(snapshot.hosts).map(([id, host]) => {
    const { neighbours } = host.network;
    const later = snapshot.observations.flatMap((o) =>
      o.kind === 'neighbour' && o.host === id ? [o.neighbour] : [],
    );
    if (!neighbours.seen || later.length === 0) return [id, host] as const;
    const kept = neighbours.value.filter((old) => !later.some((now) => isSame(old, now)));
    const network = { ...host.network, neighbours: { ...neighbours, value: [...kept, ...later] } };
    return [id, { ...host, network }] as const;
  });
  return { ...snapshot, hosts: Object.fromEntries(hosts) };
}

function isSame(a: Neighbour, b: Neighbour): boolean {
  return a.address === b.address && a.dev === b.dev;
}
