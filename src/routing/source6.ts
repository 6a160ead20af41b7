import type { Ipv6Words } from '../model/address.ts';
import { type AddressKind, addressKind, hasOrchidPrefix, labelOf } from './address-kind6.ts';
import type { Choices } from './choices.ts';
import type { Device, Ipv6Address } from './devices.ts';
import type { Kernel6 } from './kernel6.ts';

/**
 * Source address for a destination, by RFC 6724 as Linux does it.
 *
 * @param device Id of the device it leaves by, 0 when there is none.
 * @returns `undefined` when no address can be used (EADDRNOTAVAIL).
 * Source: Linux net/ipv6/addrconf.c, ipv6_dev_get_saddr().
 */
export function selectAddress6(
  k: Kernel6,
  { device, destination }: { device: number; destination: Ipv6Words },
  choices: Choices,
): Ipv6Words | undefined {
  const kind = addressKind(destination);
  const target: Target = {
    k,
    device,
    destination,
    kind,
    label: labelOf(destination, kind),
    prefersHome: k.hasHomeAddress && choices.settle(MOBILE_IPV6, 2) === 0,
  };
  let best: Candidate | undefined;
  for (const owner of candidateDevices(target)) {
    for (const address of owner.ipv6) {
      if (address.flags.has('tentative') && !address.flags.has('optimistic')) continue;
      const candidate: Candidate = { owner, address, kind: addressKind(address.words) };
      if (candidate.kind.multicast || candidate.kind.any) continue;
      if (!best || isBetter(target, candidate, best)) best = candidate;
    }
  }
  return best?.address.words;
}

const MOBILE_IPV6 = 'whether the kernel was built with Mobile IPv6 (CONFIG_IPV6_MIP6)';

interface Target {
  readonly k: Kernel6;
  readonly device: number;
  readonly destination: Ipv6Words;
  readonly kind: AddressKind;
  readonly label: number;
  /** Home addresses come first, in kernels built for them. */
  readonly prefersHome: boolean;
}

interface Candidate {
  readonly owner: Device;
  readonly address: Ipv6Address;
  readonly kind: AddressKind;
}

const LINK_LOCAL_SCOPE = 2;

/** Of the outgoing device alone for link-local and multicast destinations. */
function candidateDevices({ k, device, kind }: Target): readonly Device[] {
  const { list } = k.devices;
  const own = list[device];
  if (device === 0 || !own) return list.filter(({ vrf }) => vrf === 0);
  const ownOnly =
    kind.multicast ||
    kind.scope <= LINK_LOCAL_SCOPE ||
    k.setting(device, 'use_oif_addrs_only') === 1;
  if (ownOnly) return [own];
  if (own.vrf === 0) return list.filter(({ vrf, id }) => vrf === 0 || vrf === id);
  return [own, ...list.filter(({ vrf, id }) => vrf === own.vrf && id !== device)];
}

/** The first rule in which the two differ decides; in a tie the earlier one stays. */
function isBetter(target: Target, challenger: Candidate, best: Candidate): boolean {
  for (const rule of RULES) {
    const difference = rule(target, challenger) - rule(target, best);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

type Preference = (target: Target, candidate: Candidate) => number;

const RULES: readonly Preference[] = [
  // 1: same address
  ({ destination }, { address }) =>
    Number(address.words.every((word, at) => word === destination[at])),
  // 2: the smallest scope that is wide enough, else the widest
  ({ kind }, candidate) =>
    candidate.kind.scope >= kind.scope ? -candidate.kind.scope : candidate.kind.scope - 128,
  // 3: neither deprecated nor optimistic
  (target, candidate) => Number(candidate.kind.alwaysPreferred || !isAvoided(target, candidate)),
  // 4: home address
  ({ prefersHome }, { address }) => Number(prefersHome && address.flags.has('home')),
  // 5: of the outgoing device
  ({ device }, { owner }) => Number(device === 0 || device === owner.id),
  // 6: same label
  ({ label }, { address, kind }) => Number(labelOf(address.words, kind) === label),
  // 7: public address, or temporary where that is asked for
  ({ k }, { owner, address }) => {
    const prefersTemporary = (k.setting(owner.id, 'use_tempaddr') ?? 0) >= 2;
    return Number(address.flags.has('temporary') === prefersTemporary);
  },
  // 7½: both ORCHID or both not
  ({ destination }, { address }) =>
    Number(hasOrchidPrefix(address.words) === hasOrchidPrefix(destination)),
  // 8: longest common prefix, no longer than the address's own
  ({ destination }, { address }) =>
    Math.min(commonBits(address.words, destination), address.prefixLength),
  // Linux: not optimistic
  (_, { address }) => Number(!address.flags.has('optimistic')),
];

function isAvoided({ k }: Target, { owner, address }: Candidate): boolean {
  if (address.flags.has('deprecated')) return true;
  if (!address.flags.has('optimistic')) return false;
  const on = (key: string) => k.overall(key) === 1 || k.setting(owner.id, key) === 1;
  return !(on('optimistic_dad') && on('use_optimistic'));
}

function commonBits(a: Ipv6Words, b: Ipv6Words): number {
  for (let word = 0; word < 4; word++) {
    const differs = ((a[word] as number) ^ (b[word] as number)) >>> 0;
    if (differs !== 0) return 32 * word + Math.clz32(differs);
  }
  return 128;
}
