import { readIpv4, readIpv6 } from '../model/address.ts';
import type { Address, Family, Link, NetworkState } from '../model/network.ts';
import { ipv4Mask } from '../model/prefix.ts';
import { deviceSetting } from './sysctl.ts';

/** Route and address scopes as the kernel numbers them; a smaller number reaches further. */
export const SCOPE = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

export function scopeNumber(text: string | undefined): number {
  if (text === undefined) return SCOPE.global;
  const named = (SCOPE as Readonly<Record<string, number>>)[text];
  return named ?? (Number.parseInt(text, 10) || 0);
}

export interface Ipv4Address {
  readonly local: number;
  /** The other end of a point-to-point address, else `local`. */
  readonly peer: number;
  readonly mask: number;
  readonly scope: number;
  readonly secondary: boolean;
}

export interface Ipv6Address {
  readonly words: readonly [number, number, number, number];
  readonly prefixLength: number;
  readonly flags: ReadonlySet<string>;
}

/** One network device; those that only a rule or route names have no `link`. */
export interface Device {
  readonly id: number;
  readonly name: string;
  readonly link: Link | undefined;
  readonly up: boolean;
  readonly loopback: boolean;
  readonly group: number;
  /** Id of the VRF device it belongs to, itself for a VRF; 0 for none. */
  readonly vrf: number;
  readonly ipv4: readonly Ipv4Address[];
  readonly ipv6: readonly Ipv6Address[];
}

/** Devices by small number: 0 is "none", 1 is always `lo`. In order of registration. */
export interface Devices {
  readonly list: readonly Device[];
  /** 0 when no link, address or route ever named it. */
  idOf(name: string): number;
  /** The id of a device that a route names, making one up for a device without a link. */
  intern(name: string): number;
  /** Whether a route over a carrier-less link of this device is to be left out. */
  ignoresLinkdown(id: number, family: Family): boolean;
  readonly hasVrf: boolean;
}

export const NO_DEVICE = 0;
export const LOOPBACK = 1;
/** A rule's device that does not exist: equal to no flow's. */
export const DETACHED = -1;

export function compileDevices(state: NetworkState): Devices {
  const ids = new Map<string, number>([['', NO_DEVICE]]);
  const list: Device[] = [deviceOf(NO_DEVICE, '', undefined)];
  const add = (name: string, link: Link | undefined) => {
    const id = list.length;
    ids.set(name, id);
    list.push(deviceOf(id, name, link));
    return id;
  };
  const links = [...state.links].sort((a, b) => a.index - b.index);
  add(
    'lo',
    links.find(({ name }) => name === 'lo'),
  );
  for (const link of links) if (link.name !== 'lo') add(link.name, link);
  for (const link of links) joinVrf(list, ids, link);
  for (const address of state.addresses) {
    const id = ids.get(address.dev) ?? add(address.dev, undefined);
    addAddress(list[id], address);
  }
  return {
    list,
    idOf: (name) => ids.get(name) ?? NO_DEVICE,
    intern: (name) => ids.get(name) ?? add(name, undefined),
    ignoresLinkdown: (id, family) =>
      deviceSetting(state.sysctls, {
        family,
        device: list[id]?.name ?? '',
        key: 'ignore_routes_with_linkdown',
      }) === 1,
    hasVrf: list.some(({ vrf }) => vrf !== NO_DEVICE),
  };
}

function deviceOf(id: number, name: string, link: Link | undefined): Device {
  return {
    id,
    name,
    link,
    // a device we know nothing of is taken to work; its routes would be gone otherwise
    up: link?.flags.includes('UP') ?? true,
    loopback: link?.flags.includes('LOOPBACK') ?? name === 'lo',
    group: link?.group ?? 0,
    vrf: link?.vrfTable === undefined ? NO_DEVICE : id,
    ipv4: [],
    ipv6: [],
  };
}

function joinVrf(list: Device[], ids: ReadonlyMap<string, number>, link: Link): void {
  const master = list[ids.get(link.master ?? '') ?? NO_DEVICE];
  const id = ids.get(link.name) ?? NO_DEVICE;
  const device = list[id];
  if (device && master?.link?.vrfTable !== undefined) list[id] = { ...device, vrf: master.id };
}

function addAddress(device: Device | undefined, address: Address): void {
  if (!device) return;
  const flags = new Set(address.flags);
  if (address.local.includes(':')) {
    const words = readIpv6(address.local);
    if (words)
      (device.ipv6 as Ipv6Address[]).push({ words, prefixLength: address.prefixLength, flags });
    return;
  }
  const local = readIpv4(address.local);
  const peer = address.peer === undefined ? local : readIpv4(address.peer);
  (device.ipv4 as Ipv4Address[]).push({
    local,
    peer,
    mask: ipv4Mask(address.prefixLength),
    scope: scopeNumber(address.scope),
    secondary: flags.has('secondary'),
  });
}
