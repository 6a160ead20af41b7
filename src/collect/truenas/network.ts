import * as z from 'zod';
import { isAddress, readIpv4, readIpv6 } from '../../model/address.ts';
import { type Fact, mapFact } from '../../model/fact.ts';
import {
  type Address,
  type Family,
  type NetworkFacts,
  type Route,
  TABLE,
} from '../../model/network.ts';
import { canonicalAddress, canonicalPrefix, familyOf } from '../../model/prefix.ts';
import { type ApiMeans, askApi, Text } from './ask-api.ts';

const Alias = z.object({
  type: Text,
  address: Text,
  netmask: z.union([z.number(), Text]).nullish(),
});

const Interfaces = z
  .array(
    z.object({
      name: Text,
      state: z.object({ aliases: z.array(Alias).nullish() }).nullish(),
      aliases: z.array(Alias).nullish(),
    }),
  )
  .transform((all) =>
    all.flatMap(({ name, state, aliases }) =>
      (state?.aliases ?? aliases ?? []).flatMap((alias) => addressOf(name, alias)),
    ),
  );

const Routes = z
  .array(
    z.object({
      network: Text,
      netmask: z.union([z.number(), Text]).nullish(),
      gateway: Text.nullish(),
      interface: Text.nullish(),
      table_id: z.number().int().nullish(),
      scope: z.number().int().nullish(),
      preferred_source: Text.nullish(),
    }),
  )
  .transform((all) => all.flatMap(routeOf));

export interface ApiNetwork {
  readonly addresses: Fact<Address[]>;
  readonly routes: Fact<Route[]>;
}

/** Addresses and routes as the API tells of them. Of rules it tells nothing. */
export async function readApiNetwork(means: ApiMeans): Promise<ApiNetwork> {
  const [addresses, routes] = await Promise.all([
    askApi(means, { method: 'interface.query', schema: Interfaces }),
    askApi(means, { method: 'route.system_routes', schema: Routes }),
  ]);
  return { addresses, routes };
}

/** What a shell could not say is taken from the API, with what the API leaves out. */
export function withApiNetwork(
  network: NetworkFacts,
  { addresses, routes }: ApiNetwork,
  version: string,
): NetworkFacts {
  const takesAddresses = !network.addresses.seen && addresses.seen;
  const ofFamily = (family: Family) =>
    network.routes[family].seen || !routes.seen
      ? network.routes[family]
      : mapFact(routes, (all) => all.filter(({ prefix }) => familyOf(prefix) === family));
  const takesRoutes = routes.seen && !network.routes.ipv4.seen;
  return {
    ...network,
    ...(takesAddresses ? { addresses } : {}),
    routes: { ipv4: ofFamily('ipv4'), ipv6: ofFamily('ipv6') },
    incomplete: [
      ...network.incomplete,
      ...(takesAddresses
        ? [{ part: 'addresses' as const, lacks: 'interfaces that the API does not manage' }]
        : []),
      ...(takesRoutes
        ? [{ part: 'routes' as const, lacks: routesLack(routes.value, version) }]
        : []),
    ],
  };
}

/**
 * Up to 25.10 all tables are told of; from 26 on it is asked for the main table, and whether the
 * kernel answers with more is its own.
 * Source: truenas middleware plugins/network_routes/route.py; truenas_pynetif address/get_routes.py
 */
function routesLack(routes: readonly Route[], version: string): string {
  const more = routes.some(({ table }) => !MAIN_TABLES.includes(table));
  const [, major = '0'] = /(\d+)\.\d+/.exec(version) ?? [];
  return more || Number(major) < 26 ? 'types and metrics' : 'perhaps every table but main';
}

const MAIN_TABLES: readonly number[] = [TABLE.main, TABLE.default, TABLE.local];

const SCOPES: Readonly<Record<number, string>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
};

function addressOf(dev: string, { type, address, netmask }: z.infer<typeof Alias>): Address[] {
  if (!/^INET6?$/.test(type) || !isAddress(address)) return [];
  const local = canonicalAddress(address);
  const prefixLength = maskLength(netmask, familyOf(local));
  if (prefixLength === undefined) return [];
  return [{ dev, local, prefixLength, scope: scopeOfAddress(local), flags: [] }];
}

function scopeOfAddress(address: string): string {
  if (address.startsWith('127.') || address === '::1') return 'host';
  return /^fe[89ab]/.test(address) || address.startsWith('169.254.') ? 'link' : 'global';
}

/** A route without a device is of a type that the API does not tell; it is left out. */
function routeOf(wire: {
  readonly network: string;
  readonly netmask?: number | string | null | undefined;
  readonly gateway?: string | null | undefined;
  readonly interface?: string | null | undefined;
  readonly table_id?: number | null | undefined;
  readonly scope?: number | null | undefined;
  readonly preferred_source?: string | null | undefined;
}): Route[] {
  const { network, netmask, gateway, interface: dev, preferred_source: source } = wire;
  const table = wire.table_id ?? TABLE.main;
  if (!isAddress(network) || !dev || table === TABLE.local) return [];
  const family = familyOf(network);
  const length = maskLength(netmask, family);
  if (length === undefined) return [];
  const scope = SCOPES[wire.scope ?? -1];
  return [
    {
      table,
      type: 'unicast',
      prefix: canonicalPrefix(`${network}/${length}`, family),
      tos: 0,
      metric: 0,
      ...(scope === undefined ? {} : { scope }),
      ...(source && isAddress(source) ? { prefSource: canonicalAddress(source) } : {}),
      flags: [],
      nexthops: [
        {
          dev,
          ...(gateway && isAddress(gateway) ? { gateway: canonicalAddress(gateway) } : {}),
          weight: 1,
          flags: [],
        },
      ],
    },
  ];
}

/** Of `24`, `255.255.255.0` or `ffff:ffff::`; undefined if it is none of one's family. */
function maskLength(mask: number | string | null | undefined, family: Family): number | undefined {
  const bits = family === 'ipv4' ? 32 : 128;
  if (typeof mask === 'number' || /^\d+$/.test(mask ?? '')) {
    const length = Number(mask);
    return Number.isInteger(length) && length >= 0 && length <= bits ? length : undefined;
  }
  const words = wordsOf(mask ?? '');
  if (words.length * 32 !== bits) return undefined;
  const text = words.map((word) => word.toString(2).padStart(32, '0')).join('');
  return /^1*0*$/.test(text) ? text.replaceAll('0', '').length : undefined;
}

function wordsOf(mask: string): readonly number[] {
  const ipv4 = readIpv4(mask);
  return ipv4 >= 0 ? [ipv4] : (readIpv6(mask) ?? []);
}
