import { longestHolder } from '../causes/advertisers.ts';
import { isAddress } from '../model/address.ts';
import type { HostFacts } from '../model/host.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { decideOutput } from '../routing/decide-output.ts';
import { isVpnDevice, vpnName } from '../routing/vpn.ts';
import { kernelFor, worldOf } from '../routing/world.ts';

/** Id of the machine that the program runs on, where it was looked at. */
export const OPERATOR_ID = 'local';

/** How the operator's own machine reaches an address. */
export interface OperatorWay {
  readonly address: string;
  /**
   * `here` the machine has the address itself; `lan` a subnet that it is on holds it; `tailnet` a
   * VPN takes it there; `routed` a gateway does; `none` it has no route; `unknown` not seen.
   */
  readonly by: 'here' | 'lan' | 'tailnet' | 'routed' | 'none' | 'unknown';
  readonly device?: string | undefined;
  readonly gateway?: string | undefined;
  /** Of the tailnet: the machine that the way depends on. */
  readonly peer?: string | undefined;
}

/** The way of this machine to an address: what is seen from here is seen along it. */
export function operatorWay(snapshot: Snapshot, address: string): OperatorWay {
  const facts = snapshot.hosts[OPERATOR_ID];
  const kernel =
    facts && isAddress(address)
      ? kernelFor(worldOf(snapshot).hosts[OPERATOR_ID], familyOf(address))
      : undefined;
  if (!facts || !kernel) return { address, by: 'unknown' };
  if (hasAddress(facts, address)) return { address, by: 'here' };
  const [answer] = decideOutput(kernel, {
    family: familyOf(address),
    destination: address,
    protocol: 6,
    asker: 'tcp-connect',
  }).answers;
  if (answer.is !== 'route') return { address, by: 'none' };
  const { device, gateway } = answer;
  if (isVpn(facts, device)) {
    const status = facts.tailscale.status;
    const peer = status.seen ? longestHolder(status.value.peers, address)?.hostName : undefined;
    return { address, by: 'tailnet', device, peer };
  }
  if (gateway !== undefined) return { address, by: 'routed', device, gateway };
  return { address, by: isOnSubnet(facts, device, address) ? 'lan' : 'routed', device };
}

/** The same as a sentence without a full stop. */
export function operatorSentence(what: string, way: OperatorWay): string {
  const { address, by, device = '', gateway, peer } = way;
  const target = `${what} ${address}`;
  switch (by) {
    case 'here':
      return `this machine is ${target} itself`;
    case 'lan':
      return `this machine is on the LAN of ${target}, by ${device}`;
    case 'tailnet':
      return `this machine reaches ${target} through the ${vpnName(device)} tunnel${peer ? `, which depends on peer ${peer}` : ''}: what is seen from here says nothing about the LAN`;
    case 'routed':
      return `this machine reaches ${target} from elsewhere, by ${gateway ?? device}`;
    case 'none':
      return `this machine has no route to ${target}`;
    case 'unknown':
      return `how this machine reaches ${target} could not be seen`;
  }
}

/** `10.0.0.197` of `https://10.0.0.197:6443`; a name stays a name. */
export function hostOfUrl(url: string): string {
  const [, bracketed, plain = ''] = /^[a-z]+:\/\/(?:\[([^\]]+)\]|([^:/]+))/.exec(url) ?? [];
  return bracketed ?? plain;
}

function hasAddress({ network }: HostFacts, address: string): boolean {
  return network.addresses.seen && network.addresses.value.some(({ local }) => local === address);
}

function isVpn({ network }: HostFacts, device: string): boolean {
  const links = network.links.seen ? network.links.value : [];
  return isVpnDevice(
    device,
    links.find(({ name }) => name === device),
  );
}

function isOnSubnet({ network }: HostFacts, device: string, address: string): boolean {
  if (!network.addresses.seen) return false;
  return network.addresses.value.some(
    ({ dev, local, prefixLength }) =>
      dev === device &&
      familyOf(local) === familyOf(address) &&
      prefixContains(`${local}/${prefixLength}`, address),
  );
}
