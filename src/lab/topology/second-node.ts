import type { HostSpec, Segment, Topology } from './topology.ts';

/** A second node of the cluster, with pods of its own. Nobody advertises its address. */
const node2: HostSpec = {
  name: 'node2',
  hostname: 'talos-2',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000000198',
  ports: [
    {
      dev: 'eth0',
      segment: 'lan',
      mac: '94:c6:91:2f:01:98',
      addresses: ['10.0.0.198/24', 'fd00:10::198/64'],
    },
  ],
  routes: ['default via 10.0.0.1', 'default via fd00:10::1'],
  sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' },
  masquerade: { from: ['10.244.0.0/16'], dev: 'eth0' },
  daemons: [],
};

const pods2: Segment = {
  name: 'pods2',
  bridge: 'cni0',
  on: { host: 'node2', mac: '5e:10:24:41:00:01', addresses: ['10.244.1.1/24'] },
};

/** The topology with {@link node2}, whose pods are run by the cluster that its first node serves. */
export function withSecondNode(topology: Topology): Topology {
  const hosts = topology.hosts.map((host) => ({
    ...host,
    daemons: host.daemons.map((list) =>
      list.map((daemon) => (daemon.kind === 'kubernetes' ? { ...daemon, nodes: 2 } : daemon)),
    ),
  }));
  return { segments: [...topology.segments, pods2], hosts: [...hosts, node2] };
}
