import { run } from '../../init/run.ts';
import { filterList, type Row } from '../filter-list.ts';
import type { Methods } from '../method.ts';

/** Interfaces and routes, as the kernel has them now. */
export const networkMethods: Methods = {
  'interface.query': {
    params: ['filters?', 'options?'],
    role: 'NETWORK_INTERFACE_READ',
    call: async ({ params }) => filterList(await interfaces(), params[0], params[1]),
  },
  'network.general.summary': {
    params: [],
    role: 'NETWORK_GENERAL_READ',
    call: summary,
  },
  'network.configuration.config': {
    params: [],
    role: 'NETWORK_GENERAL_READ',
    call: async () => ({ hostname: 'truenas', ipv4gateway: (await defaultGateways())[0] ?? '' }),
  },
  'staticroute.query': {
    params: ['filters?', 'options?'],
    role: 'NETWORK_INTERFACE_READ',
    call: ({ params }) => filterList([], params[0], params[1]),
  },
  'route.system_routes': {
    params: ['filters?', 'options?'],
    role: 'NETWORK_INTERFACE_READ',
    async call({ nas, params }) {
      const all = await systemRoutes();
      const shown = nas.release.showsAllTables
        ? all
        : all.filter((route) => route['table_id'] === MAIN_TABLE);
      return filterList(shown, params[0], params[1]);
    },
  },
};

interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly operstate: string;
  readonly flags: readonly string[];
  readonly address?: string;
  readonly addr_info: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
    readonly scope: string;
  }[];
}

/** What the middleware takes no notice of: loopback, and devices of containers and tunnels. */
const IGNORED = /^(lo|tailscale|wg|veth|docker|br-|tun|tap)/;

async function interfaces(): Promise<readonly Row[]> {
  const links = JSON.parse(await run(['ip', '-j', 'addr', 'show'])) as readonly Link[];
  return links.filter(({ ifname }) => !IGNORED.test(ifname)).map(interfaceOf);
}

function interfaceOf({ ifname, mtu, operstate, flags, address = '', addr_info }: Link): Row {
  const aliases = addr_info
    .filter(({ scope }) => scope !== 'link')
    .map(({ family, local, prefixlen }) => ({
      type: family === 'inet6' ? 'INET6' : 'INET',
      address: local,
      netmask: prefixlen,
    }));
  const link = [{ type: 'LINK', address }];
  return {
    id: ifname,
    name: ifname,
    fake: false,
    type: 'PHYSICAL',
    aliases,
    ipv4_dhcp: false,
    ipv6_auto: false,
    description: '',
    mtu: null,
    state: {
      name: ifname,
      orig_name: ifname,
      description: '',
      mtu,
      cloned: false,
      flags,
      nd6_flags: [],
      link_state: operstate === 'DOWN' ? 'LINK_STATE_DOWN' : 'LINK_STATE_UP',
      media_type: 'Ethernet',
      media_subtype: '1000baseT',
      hardware_link_address: address,
      permanent_link_address: address,
      aliases: [...link, ...aliases],
      vrrp_config: [],
    },
  };
}

async function summary(): Promise<object> {
  const links = await interfaces();
  const ips = links.map((link) => {
    const aliases = link['aliases'] as readonly {
      type: string;
      address: string;
      netmask: number;
    }[];
    const of = (type: string) =>
      aliases.filter((a) => a.type === type).map((a) => `${a.address}/${a.netmask}`);
    return [link['name'], { IPV4: of('INET'), IPV6: of('INET6') }];
  });
  const default_routes = await defaultGateways();
  return { ips: Object.fromEntries(ips), default_routes, nameservers: ['10.0.0.1'] };
}

async function defaultGateways(): Promise<readonly string[]> {
  const routes = await systemRoutes();
  return routes
    .filter(({ netmask, gateway }) => gateway && (netmask === '0.0.0.0' || netmask === '::'))
    .map(({ gateway }) => String(gateway));
}

interface KernelRoute {
  readonly type?: string;
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly table?: string;
  readonly scope?: string;
  readonly prefsrc?: string;
}

const MAIN_TABLE = 254;
const TABLES: Readonly<Record<string, number>> = { local: 255, main: MAIN_TABLE, default: 253 };
const SCOPES: Readonly<Record<string, number>> = { link: 253, host: 254, nowhere: 255, site: 200 };

async function systemRoutes(): Promise<readonly Row[]> {
  const texts = await Promise.all(
    ['-4', '-6'].map((family) => run(['ip', family, '-j', 'route', 'show', 'table', 'all'])),
  );
  return texts.flatMap((text, index) =>
    (JSON.parse(text.trim() || '[]') as KernelRoute[]).map((route) => routeOf(route, index === 1)),
  );
}

function routeOf(route: KernelRoute, isIpv6: boolean): Row {
  const everything = isIpv6 ? '::/0' : '0.0.0.0/0';
  const [network = '', length = isIpv6 ? '128' : '32'] = (
    route.dst === 'default' ? everything : route.dst
  ).split('/');
  return {
    network,
    netmask: isIpv6 ? ipv6Mask(Number(length)) : ipv4Mask(Number(length)),
    gateway: route.gateway ?? null,
    interface: route.dev ?? null,
    flags: [],
    table_id: TABLES[route.table ?? 'main'] ?? Number(route.table),
    scope: SCOPES[route.scope ?? 'global'] ?? 0,
    preferred_source: route.prefsrc ?? null,
  };
}

function ipv4Mask(length: number): string {
  return [0, 8, 16, 24]
    .map((start) => 256 - 2 ** (8 - Math.min(8, Math.max(0, length - start))))
    .join('.');
}

function ipv6Mask(length: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => {
    const bits = Math.min(16, Math.max(0, length - index * 16));
    return (65_536 - 2 ** (16 - bits)).toString(16);
  });
  const text = groups.join(':').replace(/(^|:)0(:0)+$/, '::');
  return text === '' ? '::' : text;
}
