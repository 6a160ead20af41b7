import { familyOf } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TailscalePeer } from '../model/tailscale.ts';

/** What people call machines that storage is on; names are all that a tailnet tells of its peers. */
const STORAGE_NAME = /nas|storage|synology|diskstation|qnap|unraid|ceph/i;
const MOST = 2;

/**
 * Addresses that the server has inside the tailnet, as somebody in it sees its peers: by the name
 * of the server where that is known, else by names that storage goes by. A guess: what answers there
 * speaks for the server only if it answers on its ports.
 */
export function tailnetAddresses(snapshot: Snapshot): string[] {
  const { hosts, question } = snapshot;
  const own = hosts[question.to];
  const name = own?.name.toLowerCase();
  const peers = new Map<string, TailscalePeer>();
  for (const { tailscale, tailscaleElsewhere } of Object.values(hosts)) {
    const elsewhere = tailscaleElsewhere.seen ? tailscaleElsewhere.value : [];
    const statuses = [
      ...(tailscale.status.seen ? [tailscale.status.value] : []),
      ...elsewhere.map(({ status }) => status),
    ];
    for (const peer of statuses.flatMap((status) => status.peers)) peers.set(peer.id, peer);
  }
  const fitting = [...peers.values()].filter(({ hostName, online }) =>
    name === undefined ? online && STORAGE_NAME.test(hostName) : hostName.toLowerCase() === name,
  );
  return fitting
    .slice(0, MOST)
    .flatMap(({ addresses }) => addresses.find((one) => familyOf(one) === 'ipv4') ?? []);
}
