import type { HostFacts } from '../model/host.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import { isTailnetAddress } from '../model/tailnet-address.ts';
import { leadsIntoVpn } from './captured.ts';

/**
 * Addresses by which clients on its LANs reach a host; of the subnet of `beside` alone where it is
 * on that. Empty where none was seen.
 */
export function ownLanAddresses(host: HostFacts, beside: string): readonly string[] {
  const { addresses } = host.network;
  if (!addresses.seen) return [];
  const own = addresses.value.filter(
    ({ dev, local, scope }) =>
      familyOf(local) === familyOf(beside) &&
      scope === 'global' &&
      !isTailnetAddress(local) &&
      !leadsIntoVpn(host, dev),
  );
  const near = own.filter(({ local, prefixLength }) =>
    prefixContains(`${local}/${prefixLength}`, beside),
  );
  return (near.length > 0 ? near : own).map(({ local }) => local);
}
