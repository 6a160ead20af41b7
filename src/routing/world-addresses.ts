import { TABLE } from '../model/network.ts';
import { familyOf } from '../model/prefix.ts';
import type { World, WorldHost } from './world.ts';

/** A device of a host that holds an address, or has a hardware address. */
export interface Owner {
  readonly host: WorldHost;
  readonly device: string;
}

/** Indexes the addresses and hardware addresses of hosts. */
export function addressBook(
  hosts: readonly WorldHost[],
): Pick<World, 'ownersOf' | 'deviceWithMac'> {
  const byAddress = new Map<string, Owner[]>();
  const byMac = new Map<string, Owner | null>();
  for (const host of hosts) {
    for (const [address, device] of addressesOf(host)) {
      const owner = { host, device };
      const owners = byAddress.get(address);
      if (owners) owners.push(owner);
      else byAddress.set(address, [owner]);
    }
    for (const { name, mac, type } of host.state.links) {
      if (mac === undefined || type === 'loopback' || type === 'none') continue;
      const key = mac.toLowerCase();
      byMac.set(key, byMac.has(key) ? null : { host, device: name });
    }
  }
  return {
    ownersOf: (address) => byAddress.get(address) ?? [],
    deviceWithMac: (mac) => byMac.get(mac.toLowerCase()) ?? undefined,
  };
}

/**
 * Addresses of a host with their devices. Where `ip addr` was not seen, the local table tells the
 * same. Addresses that every host has (127.0.0.0/8, ::1, fe80::/10) identify nobody.
 */
function addressesOf({ state }: WorldHost): Map<string, string> {
  const found = new Map<string, string>();
  for (const { local, dev } of state.addresses) if (identifies(local)) found.set(local, dev);
  if (found.size > 0) return found;
  for (const route of [...state.routes.ipv4, ...state.routes.ipv6]) {
    if (route.table !== TABLE.local || route.type !== 'local') continue;
    const [address = '', length] = route.prefix.split('/');
    const whole = length === (familyOf(address) === 'ipv4' ? '32' : '128');
    if (whole && identifies(address)) found.set(address, route.nexthops[0]?.dev ?? 'lo');
  }
  return found;
}

function identifies(address: string): boolean {
  return !/^(?:127\.|0\.|::1$|fe[89ab])/.test(address);
}
