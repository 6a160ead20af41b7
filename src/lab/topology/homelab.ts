import type { HostSpec, Topology } from './topology.ts';

// The figures are those of the outage this program was born from. MAC prefixes belong to makers
// of such machines (Ubiquiti, Raspberry Pi, ASRock, Intel), so that a report reads like a real one.

const LAN_DEFAULT = ['default via 10.0.0.1', 'default via fd00:10::1'];

/** The loose filter that systemd sets on every device, but not on `all`, of a Debian-based system. */
const SYSTEMD_RP_FILTER = {
  'net.ipv4.conf.*.rp_filter': '2',
  'net.ipv4.conf.all.rp_filter': '0',
};

const FORWARDING = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' };

const router: HostSpec = {
  name: 'router',
  hostname: 'router',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000000001',
  ports: [
    {
      dev: 'eth0',
      segment: 'lan',
      mac: 'b4:fb:e4:1d:70:01',
      addresses: ['10.0.0.1/24', 'fd00:10::1/64'],
    },
  ],
  routes: [],
  sysctls: FORWARDING,
  daemons: [[{ kind: 'web-ui' }]],
};

const utility: HostSpec = {
  name: 'utility',
  hostname: 'utility',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000000038',
  ports: [
    {
      dev: 'eth0',
      segment: 'lan',
      mac: 'b8:27:eb:5a:10:38',
      addresses: ['10.0.0.38/24', 'fd00:10::38/64'],
    },
  ],
  routes: LAN_DEFAULT,
  sysctls: {},
  daemons: [],
};

const node: HostSpec = {
  name: 'node',
  hostname: 'talos-1',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000000197',
  ports: [
    {
      dev: 'eth0',
      segment: 'lan',
      mac: '94:c6:91:2f:01:97',
      // .231 is the ingress address that MetalLB announces from this node
      addresses: ['10.0.0.197/24', '10.0.0.231/32', 'fd00:10::197/64'],
    },
  ],
  routes: LAN_DEFAULT,
  sysctls: FORWARDING,
  masquerade: { from: ['10.244.0.0/16', 'fd00:244::/64'], dev: 'eth0' },
  daemons: [],
};

const pod: HostSpec = {
  name: 'pod',
  hostname: 'media-6c9f7d8b5d-x2x7q',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000000197',
  inside: 'node',
  ports: [
    {
      dev: 'eth0',
      segment: 'pods',
      mac: '5e:10:24:40:00:0a',
      addresses: ['10.244.0.10/24', 'fd00:244::10/64'],
    },
  ],
  routes: ['default via 10.244.0.1', 'default via fd00:244::1'],
  sysctls: {},
  daemons: [],
};

const connector: HostSpec = {
  name: 'connector',
  hostname: 'ts-homelab-subnet-router-0',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000000197',
  inside: 'node',
  ports: [
    {
      dev: 'eth0',
      segment: 'pods',
      mac: '5e:10:24:40:00:0b',
      addresses: ['10.244.0.11/24', 'fd00:244::11/64'],
    },
  ],
  routes: ['default via 10.244.0.1', 'default via fd00:244::1'],
  sysctls: FORWARDING,
  tailnet: {
    nodeId: 3,
    name: 'homelab-subnet-router',
    addresses: ['100.68.1.3', 'fd7a:115c:a1e0::4401:103'],
    tags: ['tag:k8s'],
    tun: true,
    advertises: ['10.0.0.197/32', '10.0.0.231/32', '10.0.0.210/32', '10.0.0.1/32'],
    locked: true,
  },
  daemons: [[{ kind: 'tailscaled' }]],
};

const nas: HostSpec = {
  name: 'nas',
  hostname: 'truenas',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000000210',
  ports: [
    {
      dev: 'enp1s0',
      segment: 'lan',
      mac: 'd0:50:99:e2:02:10',
      addresses: ['10.0.0.210/24', 'fd00:10::210/64'],
    },
  ],
  routes: LAN_DEFAULT,
  sysctls: SYSTEMD_RP_FILTER,
  programs: ['docker'],
  daemons: [[{ kind: 'truenas' }, { kind: 'nfs' }]],
};

/** Another app's own tailscaled, in its own network: several answer to the name on one host. */
export const nasPhotos: HostSpec = {
  name: 'nas-photos',
  hostname: 'photos-tailscale',
  machineId: nas.machineId,
  inside: 'nas',
  ports: [],
  routes: [],
  sysctls: {},
  tailnet: {
    nodeId: 5,
    name: 'photos',
    addresses: ['100.68.1.5', 'fd7a:115c:a1e0::4401:105'],
    tun: false,
    advertises: [],
  },
  daemons: [[{ kind: 'tailscaled' }]],
};

/** The TrueNAS Tailscale app: the host's network, its own mounts. */
export const nasTailscale: HostSpec = {
  name: 'nas-tailscale',
  hostname: 'truenas-tailscale',
  machineId: nas.machineId,
  inside: 'nas',
  sharesNetwork: true,
  ports: [],
  routes: [],
  sysctls: {},
  tailnet: {
    nodeId: 2,
    name: 'truenas',
    addresses: ['100.68.1.2', 'fd7a:115c:a1e0::4401:102'],
    tun: true,
    advertises: [],
    endpoint: '10.0.0.210:41641',
  },
  programs: ['tailscale'],
  // its image is Alpine with iproute2, iptables and tailscale
  lacks: ['bash', 'curl', 'docker', 'tcpdump'],
  daemons: [[{ kind: 'tailscaled' }]],
};

const cabinRouter: HostSpec = {
  name: 'cabin-router',
  hostname: 'cabin-router',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000020001',
  ports: [
    {
      dev: 'eth0',
      segment: 'cabin',
      mac: 'dc:a6:32:14:20:01',
      addresses: ['10.20.0.1/24', 'fd00:20::1/64'],
    },
  ],
  routes: [],
  sysctls: FORWARDING,
  tailnet: {
    nodeId: 4,
    name: 'cabin-router',
    addresses: ['100.68.1.4', 'fd7a:115c:a1e0::4401:104'],
    tun: true,
    advertises: ['10.20.0.0/24', 'fd00:20::/64', '0.0.0.0/0', '::/0'],
    noSnat: true,
    endpoint: '203.0.113.4:41641',
  },
  daemons: [[{ kind: 'tailscaled' }]],
};

const cabin: HostSpec = {
  name: 'cabin',
  hostname: 'cabin-pi',
  machineId: '5f0f8d1c3a5e4b61a4a9c70000020005',
  ports: [
    {
      dev: 'eth0',
      segment: 'cabin',
      mac: 'b8:27:eb:20:00:05',
      addresses: ['10.20.0.5/24', 'fd00:20::5/64'],
    },
  ],
  routes: ['default via 10.20.0.1', 'default via fd00:20::1'],
  sysctls: {},
  daemons: [],
};

/** The homelab of the outage, healthy. */
export const homelab: Topology = {
  segments: [
    { name: 'lan', bridge: 'lan' },
    { name: 'cabin', bridge: 'cabin' },
    {
      name: 'pods',
      bridge: 'cni0',
      on: {
        host: 'node',
        mac: '5e:10:24:40:00:01',
        addresses: ['10.244.0.1/24', 'fd00:244::1/64'],
      },
    },
  ],
  hosts: [router, utility, node, pod, connector, nas, nasPhotos, nasTailscale, cabinRouter, cabin],
};
