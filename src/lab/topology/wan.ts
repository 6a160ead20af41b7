import type { HostSpec, Topology } from './topology.ts';

/** Addresses for documentation (RFC 5737): the internet between the homelab and the cabin. */
const ROUTER = '203.0.113.1/24';
const CABIN = '203.0.113.4/24';

/**
 * The topology with an internet between the two sites, which real tunnels need: the router of the
 * homelab masquerades its LAN there, and the remote subnet router can be called there.
 */
export function withWan(topology: Topology): Topology {
  return {
    segments: [...topology.segments, { name: 'wan', bridge: 'wan' }],
    hosts: topology.hosts.map((host): HostSpec => {
      if (host.name === 'router') {
        const wan = { dev: 'wan0', segment: 'wan', mac: 'b4:fb:e4:1d:70:02', addresses: [ROUTER] };
        const masquerade = { from: ['10.0.0.0/24'], dev: wan.dev };
        return { ...host, ports: [...host.ports, wan], masquerade };
      }
      if (host.name !== 'cabin-router') return host;
      const wan = { dev: 'wan0', segment: 'wan', mac: 'dc:a6:32:14:20:02', addresses: [CABIN] };
      return { ...host, ports: [...host.ports, wan] };
    }),
  };
}
