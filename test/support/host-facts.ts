import { missing, seen } from '../../src/model/fact.ts';
import type { HostFacts } from '../../src/model/host.ts';
import type { Address } from '../../src/model/network.ts';

const unread = missing<never>('not read');

/** A host of which only what is given was read. */
export function snapshotHost({
  sysctls,
  addresses,
  readAtUnixMs,
}: {
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly addresses?: readonly Address[];
  readonly readAtUnixMs: number;
}): HostFacts {
  return {
    id: 'node',
    name: 'talos-1',
    vantages: ['lab://node'],
    machineId: unread,
    clockOffsetMs: unread,
    privileged: unread,
    tools: unread,
    network: {
      links: unread,
      addresses: addresses ? seen([...addresses], 'ip addr', readAtUnixMs) : unread,
      rules: { ipv4: unread, ipv6: unread },
      routes: { ipv4: unread, ipv6: unread },
      neighbours: unread,
      sysctls: sysctls ? seen({ ...sysctls }, 'sysctl -a', readAtUnixMs) : unread,
      localTable: unread,
      incomplete: [],
    },
    tailscale: { reachedBy: unread, prefs: unread, status: unread },
    tailscaleElsewhere: unread,
  };
}
