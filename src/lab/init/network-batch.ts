import { type HostSpec, networkOf, type Segment, type Topology } from '../topology/topology.ts';
import type { Plan } from './plan.ts';

/** Name of the network namespace in which the tunnels meet. */
export const TAILNET_NAMESPACE = 'tailnet';
export const TUNNEL_DEVICE = 'tailscale0';
/** Smallest MTU that IPv6 allows, and the one tailscaled uses. */
const TUNNEL_MTU_BYTES = 1280;

/** Device on the tailnet's side of a member's tunnel. */
export function tailnetPort(host: HostSpec): string {
  return host.name;
}

/** Members whose tunnel is a device on the host. */
export function tunnelHosts(topology: Topology): readonly HostSpec[] {
  return topology.hosts.filter((host) => host.tailnet?.tun);
}

/** Members whose tunnel is a cable into the tailnet namespace. */
function cabledTunnels({ topology, variant }: Plan): readonly HostSpec[] {
  return variant === 'veth' ? tunnelHosts(topology) : [];
}

/** Every network namespace of the lab but its root. */
export function namespacesOf({ topology, variant }: Plan): readonly string[] {
  const tailnet = variant === 'veth' ? [TAILNET_NAMESPACE] : [];
  return [...new Set(topology.hosts.map(networkOf)), ...tailnet];
}

/**
 * Arguments of `ip`, one command a line, that make all namespaces and lay all cables. To be run in
 * the lab's root namespace.
 */
export function cablingBatch(plan: Plan): string {
  const { topology } = plan;
  const owned = topology.segments.filter((segment) => segment.on);
  const shared = topology.segments.filter((segment) => !segment.on);
  return lines(plan, [
    ...namespacesOf(plan).map((name) => `netns add ${name}`),
    ...shared.map(({ bridge }) => `link add name ${bridge} type bridge`),
    ...owned.flatMap(ownedBridge),
    ...topology.hosts.flatMap((host) => host.ports.map((port) => cable(topology, host, port))),
    ...cabledTunnels(plan).map(tunnel),
    ...shared.flatMap((segment) => rootPorts(topology, segment)),
  ]);
}

/** Arguments of `ip` that give one namespace its devices, addresses and routes. */
export function namespaceBatch(plan: Plan, namespace: string): string {
  const { topology } = plan;
  if (namespace === TAILNET_NAMESPACE) return tailnetBatch(plan);
  const hosts = topology.hosts.filter((host) => networkOf(host) === namespace);
  return lines(plan, [
    'link set dev lo up',
    ...topology.segments
      .filter((segment) => segment.on?.host === namespace)
      .flatMap((segment) => bridgeUp(topology, segment)),
    ...hosts.flatMap((host) => [
      ...host.ports.flatMap(deviceUp),
      ...host.routes.map((route) => `route add ${route}`),
      ...(cabledTunnels(plan).includes(host) ? tunnelUp(TUNNEL_DEVICE) : []),
    ]),
  ]);
}

function tailnetBatch(plan: Plan): string {
  const { topology } = plan;
  return lines(plan, [
    'link set dev lo up',
    ...tunnelHosts(topology).flatMap((host) => tunnelUp(tailnetPort(host))),
    // table N carries what the tailnet decided to hand to node N
    ...tunnelHosts(topology).flatMap((host) =>
      ['0.0.0.0/0', '::/0'].map(
        (all) => `route add ${all} dev ${tailnetPort(host)} table ${tableOf(host)}`,
      ),
    ),
  ]);
}

/** Table of the tailnet namespace whose only route leads to this member. */
export function tableOf(host: HostSpec): number {
  return 100 + (host.tailnet?.nodeId ?? 0);
}

function ownedBridge({ bridge, on }: Segment): readonly string[] {
  return on ? [`link add name ${bridge} address ${on.mac} netns ${on.host} type bridge`] : [];
}

function cable(topology: Topology, host: HostSpec, port: HostSpec['ports'][number]): string {
  const owner = segmentOf(topology, port.segment).on?.host;
  const near = `name ${switchPort(host, port.segment)}${owner ? ` netns ${owner}` : ''}`;
  return `link add ${near} type veth peer name ${port.dev} address ${port.mac} netns ${host.name}`;
}

/**
 * The two ends share one MAC: on a device without ARP the kernel addresses frames to the device's
 * own MAC, and the far end takes only frames addressed to its own (Linux arp_constructor()).
 */
function tunnel(host: HostSpec): string {
  const mac = `02:74:73:00:00:${(host.tailnet?.nodeId ?? 0).toString(16).padStart(2, '0')}`;
  const near = `name ${TUNNEL_DEVICE} address ${mac} netns ${networkOf(host)}`;
  return `link add ${near} type veth peer name ${tailnetPort(host)} address ${mac} netns ${TAILNET_NAMESPACE}`;
}

function rootPorts(topology: Topology, { name, bridge }: Segment): readonly string[] {
  const ports = topology.hosts.flatMap((host) =>
    host.ports.filter(({ segment }) => segment === name).map(() => switchPort(host, name)),
  );
  return [bridge, ...ports].flatMap((dev) => [
    ...(dev === bridge ? [] : [`link set dev ${dev} master ${bridge}`]),
    `link set dev ${dev} addrgenmode none`,
    `link set dev ${dev} up`,
  ]);
}

function bridgeUp(topology: Topology, segment: Segment): readonly string[] {
  const ports = topology.hosts.flatMap((host) =>
    host.ports
      .filter((port) => port.segment === segment.name)
      .map(() => switchPort(host, segment.name)),
  );
  return [
    ...(segment.on ? deviceUp({ ...segment.on, dev: segment.bridge }) : []),
    ...ports.flatMap((dev) => [
      `link set dev ${dev} master ${segment.bridge}`,
      `link set dev ${dev} addrgenmode none`,
      `link set dev ${dev} up`,
    ]),
  ];
}

/**
 * Link-local addresses are ours, `nodad`: the kernel's own are tested for duplicates for a second,
 * and until that ends the routing tables are not yet what they will be.
 */
function deviceUp({
  dev,
  mac,
  addresses,
}: Pick<HostSpec['ports'][number], 'dev' | 'mac' | 'addresses'>): readonly string[] {
  return [
    `link set dev ${dev} addrgenmode none`,
    `link set dev ${dev} up`,
    ...[...addresses, `${linkLocal(mac)}/64`].map(
      (address) => `addr add ${address} dev ${dev}${address.includes(':') ? ' nodad' : ''}`,
    ),
  ];
}

/** The address that a MAC gives (RFC 4291, appendix A). */
function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac
    .split(':')
    .map((byte) => parseInt(byte, 16));
  const groups = [(a ^ 2) * 256 + b, c * 256 + 0xff, 0xfe00 + d, e * 256 + f];
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`;
}

function tunnelUp(dev: string): readonly string[] {
  return [
    `link set dev ${dev} arp off`,
    `link set dev ${dev} addrgenmode none`,
    `link set dev ${dev} mtu ${TUNNEL_MTU_BYTES}`,
    `link set dev ${dev} up`,
  ];
}

/** Port of the switch that a host's cable goes into, at most 15 characters. */
export function switchPort(host: HostSpec, segment: string): string {
  return `${segment}-${host.name}`.slice(0, 15);
}

function segmentOf(topology: Topology, name: string): Segment {
  const found = topology.segments.find((segment) => segment.name === name);
  if (!found) throw new RangeError(`Cannot lay a cable: there is no segment "${name}"`);
  return found;
}

/** As one text; on a kernel without IPv6 without the commands that only it understands. */
function lines({ ipv6 }: Plan, commands: readonly string[]): string {
  const understood = commands.filter(
    (command) =>
      ipv6 || !/ addrgenmode |^(addr|route) add \S*:|^route add default via \S*:/.test(command),
  );
  return `${understood.join('\n')}\n`;
}
