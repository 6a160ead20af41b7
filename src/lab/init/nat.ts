import type { HostSpec, Topology } from '../topology/topology.ts';

/** Rules for `nft -f -` that let `masquerade.from` leave a host under its own address. */
export function masqueradeRuleset({ from, dev }: NonNullable<HostSpec['masquerade']>): string {
  return from
    .map((prefix) => {
      const family = prefix.includes(':') ? 'ip6' : 'ip';
      return [
        `table ${family} cluster {`,
        '  chain postrouting {',
        '    type nat hook postrouting priority srcnat;',
        `    ${family} saddr ${prefix} oifname "${dev}" masquerade`,
        '  }',
        '}',
      ].join('\n');
    })
    .join('\n');
}

/**
 * The homelab for a machine without nft: the subnet router forwards without masquerading, as
 * `--snat-subnet-routes=false` does, and the LAN knows the way back. Pods have no way out then.
 */
export function withoutNat(topology: Topology): Topology {
  const back: Readonly<Record<string, readonly string[]>> = {
    node: ['100.64.0.0/10 via 10.244.0.11', 'fd7a:115c:a1e0::/48 via fd00:244::11'],
    router: ['100.64.0.0/10 via 10.0.0.197', 'fd7a:115c:a1e0::/48 via fd00:10::197'],
    utility: ['100.64.0.0/10 via 10.0.0.197', 'fd7a:115c:a1e0::/48 via fd00:10::197'],
  };
  return {
    ...topology,
    hosts: topology.hosts.map((host) => ({
      ...host,
      routes: [...host.routes, ...(back[host.name] ?? [])],
    })),
  };
}
