import { isAddress } from '../model/address.ts';
import type { Case, ClusterCase } from './cause.ts';
import { itemsOf } from './complaints.ts';
import { called } from './evidence.ts';

/** The server of these drivers, by the name it was looked at under where it was. */
export function storageOf({ cluster, cases }: ClusterCase, drivers: readonly string[]): string {
  const servers = serversOf(cluster, drivers);
  const looked = cases.find(({ server }) => servers.includes(server.address));
  return looked ? called(looked.server) : (servers[0] ?? 'the storage');
}

/**
 * The looks at the storage of these drivers: another NAS tells nothing of it. All looks where the
 * cluster does not tell which storage they have; a name may be any address that is nobody else's.
 */
export function storageCases(
  { cluster, cases }: ClusterCase,
  drivers: readonly string[],
): readonly Case[] {
  const own = serversOf(cluster, drivers);
  if (own.length === 0) return cases;
  const known = itemsOf(cluster.backends).map(({ server }) => server);
  const isNamed = own.some((server) => !isAddress(server));
  return cases.filter(
    ({ server: { address } }) => own.includes(address) || (isNamed && !known.includes(address)),
  );
}

function serversOf({ backends }: ClusterCase['cluster'], drivers: readonly string[]): string[] {
  return itemsOf(backends)
    .filter(({ driver, outdated }) => drivers.includes(driver) && !outdated)
    .map(({ server }) => server);
}
