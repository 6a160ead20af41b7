import type { Fact } from '../model/fact.ts';
import type { HostFacts } from '../model/host.ts';
import {
  FAMILIES,
  type Family,
  type Masquerade,
  type NetworkFacts,
  type NetworkState,
  type WireguardDevice,
} from '../model/network.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TailscaleFacts, TailscaleStatus } from '../model/tailscale.ts';
import { compileKernel, type Kernel } from './kernel.ts';
import { addressBook, type Owner } from './world-addresses.ts';

/** One host that was looked at, ready to be asked for decisions. */
export interface WorldHost {
  readonly id: string;
  readonly name: string;
  /** Put together from what was seen; a part that was not seen is empty here. */
  readonly state: NetworkState;
  /** Compiled when first asked for. Absent while IPv4 rules or routes are missing. */
  readonly kernel: Kernel | undefined;
  /** What a decision of that family needs and nobody saw, each as a phrase with the reason. */
  readonly missing: Readonly<Record<Family, readonly string[]>>;
  /** Why the state may be wrong although it was seen: forms of output that hide things. */
  readonly doubts: readonly string[];
  readonly tailscale: TailscaleFacts | undefined;
  /** Tailnet members inside this machine that have a network of their own. */
  readonly podTailnets: readonly TailscaleStatus[];
  readonly wireguard: readonly WireguardDevice[];
  /** Undefined when nobody asked or the answer is missing. */
  readonly masquerades: readonly Masquerade[] | undefined;
}

/** All hosts of a snapshot, and who owns which address. */
export interface World {
  readonly hosts: Readonly<Record<string, WorldHost>>;
  /** Every host and device that holds an address, loopback addresses left out. */
  ownersOf(address: string): readonly Owner[];
  /** The device with that hardware address, where exactly one is known. */
  deviceWithMac(mac: string): Owner | undefined;
  /** Addresses that the question gives to a host nobody looked at, with the id of that host. */
  readonly unseen: ReadonlyMap<string, string>;
}

/** What a host is made of; `worldOf` fills it from facts. */
export type HostParts = Omit<WorldHost, 'kernel'>;

/** The world as a snapshot shows it. */
export function worldOf(snapshot: Snapshot): World {
  const parts = Object.values(snapshot.hosts).map(partsOf);
  const { to, serverAddresses } = snapshot.question;
  const unseen = snapshot.hosts[to] ? [] : serverAddresses;
  return worldFrom(parts, new Map(unseen.map((address) => [address, to])));
}

/** A world from hosts that are already put together. */
export function worldFrom(
  parts: readonly HostParts[],
  unseen: ReadonlyMap<string, string> = new Map(),
): World {
  const hosts: Record<string, WorldHost> = {};
  for (const part of parts) hosts[part.id] = withKernel(part);
  const book = addressBook(Object.values(hosts));
  return { hosts, ...book, unseen };
}

/** The kernel of a host for decisions of one family, if what those need was seen. */
export function kernelFor(host: WorldHost | undefined, family: Family): Kernel | undefined {
  return host && host.missing[family].length === 0 ? host.kernel : undefined;
}

function withKernel(part: HostParts): WorldHost {
  let kernel: Kernel | undefined;
  return {
    ...part,
    get kernel() {
      if (part.missing.ipv4.length === 0) kernel ??= compileKernel(part.state);
      return kernel;
    },
  };
}

function partsOf(facts: HostFacts): HostParts {
  const { network, tailscaleElsewhere } = facts;
  return {
    id: facts.id,
    name: facts.name,
    state: stateOf(network),
    missing: { ipv4: missingOf(facts, 'ipv4'), ipv6: missingOf(facts, 'ipv6') },
    doubts: network.incomplete.map(({ part, lacks }) => `${part} were read without ${lacks}`),
    tailscale: facts.tailscale,
    podTailnets: seenOr(tailscaleElsewhere, []).map(({ status }) => status),
    wireguard: seenOr(network.wireguard, []),
    masquerades: network.masquerades?.seen ? network.masquerades.value : undefined,
  };
}

/** What decisions depend on, from facts; a missing part is empty, an unseen trie state unknown. */
export function stateOf(network: NetworkFacts): NetworkState {
  return {
    links: seenOr(network.links, []),
    addresses: seenOr(network.addresses, []),
    rules: byFamily((family) => seenOr(network.rules[family], [])),
    routes: byFamily((family) => seenOr(network.routes[family], [])),
    neighbours: seenOr(network.neighbours, []),
    sysctls: seenOr(network.sysctls, {}),
    localTable: seenOr(network.localTable, 'unknown'),
    kernelRelease: seenOr<string | undefined>(network.kernelRelease, undefined),
  };
}

function byFamily<T>(make: (family: Family) => T): Record<Family, T> {
  const [ipv4, ipv6] = FAMILIES;
  return { ipv4: make(ipv4), ipv6: make(ipv6) };
}

function seenOr<T>(fact: Fact<T> | undefined, otherwise: T): T {
  return fact?.seen ? fact.value : otherwise;
}

function missingOf({ name, network }: HostFacts, family: Family): string[] {
  const word = family === 'ipv4' ? 'IPv4' : 'IPv6';
  const rules = network.rules[family];
  const routes = network.routes[family];
  return [
    ...(rules.seen ? [] : [`${word} rules of ${name}: ${rules.why}`]),
    ...(routes.seen ? [] : [`${word} routes of ${name}: ${routes.why}`]),
  ];
}
