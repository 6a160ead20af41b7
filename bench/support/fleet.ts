import { seen } from '../../src/model/fact.ts';
import type { NetworkState, Route, Rule } from '../../src/model/network.ts';
import type { TailscaleFacts } from '../../src/model/tailscale.ts';
import type { TraceOutcome } from '../../src/model/trace.ts';
import type { AuditedFlow } from '../../src/routing/audit.ts';
import type { HostParts } from '../../src/routing/world.ts';
import { random } from './figures.ts';

export interface Fleet {
  readonly hosts: readonly HostParts[];
  readonly clients: readonly string[];
  readonly endpoints: readonly string[];
  /** `CLIENT ENDPOINT` to the outcome of the leg that breaks. */
  readonly planted: ReadonlyMap<string, TraceOutcome>;
}

const PER_SUBNET = 200;

/** Clients in subnets of 200, storage in a subnet of its own, one router between them all. */
export function buildFleet(count: number, endpointCount: number): Fleet {
  const next = random(42);
  const clients = Array.from({ length: count }, (_, at) => clientOf(at, next));
  const endpoints = Array.from({ length: endpointCount }, (_, at) => endpointOf(at, next));
  const planted = plant(clients, endpoints, next);
  return {
    hosts: [routerOf(Math.ceil(count / PER_SUBNET)), ...clients, ...endpoints],
    clients: clients.map(({ id }) => id),
    endpoints: endpoints.map((_, at) => endpointAddress(at)),
    planted,
  };
}

export function* flowsOf({ clients, endpoints }: Fleet): Generator<AuditedFlow> {
  for (const from of clients) {
    for (const destination of endpoints) {
      yield { from, flow: { protocol: 'tcp', destination, destinationPort: 2049 } };
    }
  }
}

const clientAddress = (at: number) =>
  `10.${1 + Math.floor(at / PER_SUBNET)}.0.${20 + (at % PER_SUBNET)}`;
const endpointAddress = (at: number) => `10.200.0.${20 + at}`;

type Building = HostParts & { state: Mutable };
interface Mutable extends NetworkState {
  rules: { ipv4: Rule[]; ipv6: Rule[] };
  routes: { ipv4: Route[]; ipv6: Route[] };
}

function clientOf(at: number, next: () => number): Building {
  const address = clientAddress(at);
  const subnet = address.replace(/\d+$/, '');
  const host = hostOf(`client-${at}`, [['eth0', address, 24]], `${subnet}1`);
  addOwnPolicy(host, { address, gateway: `${subnet}1`, next });
  return host;
}

function endpointOf(at: number, next: () => number): Building {
  const address = endpointAddress(at);
  const host = hostOf(
    `storage-${at}`,
    [
      ['enp1s0', address, 24],
      ['enp2s0', `10.201.0.${20 + at}`, 24],
      ['tailscale0', `100.68.0.${at + 1}`, 32],
    ],
    '10.200.0.1',
  );
  addOwnPolicy(host, { address, gateway: '10.200.0.1', next });
  host.state.rules.ipv4.push({ priority: 5270, action: { kind: 'lookup', table: 52 } });
  return { ...host, tailscale: tailnetOf(at) };
}

function routerOf(subnets: number): HostParts {
  const own = Array.from({ length: subnets }, (_, at): [string, string, number] => [
    `lan${at}`,
    `10.${1 + at}.0.1`,
    24,
  ]);
  const host = hostOf('router', [...own, ['storage', '10.200.0.1', 24]], undefined);
  const forwarding = host.state.links.map(({ name }) => [`net.ipv4.conf.${name}.forwarding`, '1']);
  const sysctls = { ...host.state.sysctls, ...Object.fromEntries(forwarding) };
  return { ...host, state: { ...host.state, sysctls } };
}

/** Rules and tables that differ from host to host and change nothing for storage. */
function addOwnPolicy(
  { state }: Building,
  { address, gateway, next }: { address: string; gateway: string; next: () => number },
): void {
  const { rules, routes } = state;
  const table = 100 + Math.floor(next() * 50);
  const dev = state.links[1]?.name ?? 'eth0';
  rules.ipv4.push(
    { priority: 1000, from: `${address}/32`, action: { kind: 'lookup', table } },
    {
      priority: 900 + Math.floor(next() * 90),
      fwmark: { value: 0x80000, mask: 0xff0000 },
      action: { kind: 'unreachable' },
    },
  );
  for (let at = 0; at < 10 + Math.floor(next() * 20); at++) {
    const prefix = `192.168.${Math.floor(next() * 256)}.0/24`;
    const where = next() < 0.5 ? table : 254;
    routes.ipv4.push(route({ table: where, prefix, dev, gateway, metric: at }));
  }
}

function hostOf(
  id: string,
  own: readonly (readonly [string, string, number])[],
  gateway: string | undefined,
): Building {
  const devices = ['lo', ...new Set(own.map(([dev]) => dev))];
  const connected = own
    .filter(([, , length]) => length < 32)
    .map(([dev, address]) => route({ prefix: address.replace(/\d+$/, '0/24'), dev }));
  const local = own.map(([dev, address]) => ({
    ...route({ table: 255, prefix: `${address}/32`, dev }),
    type: 'local' as const,
    scope: 'host',
  }));
  const first = own[0]?.[0] ?? 'lo';
  const onward = gateway ? [route({ prefix: '0.0.0.0/0', dev: first, gateway })] : [];
  const sysctls = ['all', ...devices].flatMap((dev) =>
    ['rp_filter', 'forwarding', 'route_localnet', 'accept_local', 'src_valid_mark'].map(
      (key) => [`net.ipv4.conf.${dev}.${key}`, '0'] as const,
    ),
  );
  return {
    id,
    name: id,
    state: {
      links: devices.map((name, at) => ({
        index: at + 1,
        name,
        flags: name === 'lo' ? ['LOOPBACK', 'UP'] : ['UP'],
        mtuBytes: 1500,
      })),
      addresses: own.map(([dev, address, prefixLength]) => ({
        dev,
        local: address,
        prefixLength,
        scope: 'global',
        flags: [],
      })),
      rules: {
        ipv4: [255, 254, 253].map((table, at) => ({
          priority: at === 0 ? 0 : 32_765 + at,
          action: { kind: 'lookup', table },
        })),
        ipv6: [],
      },
      routes: { ipv4: [...local, ...connected, ...onward], ipv6: [] },
      neighbours: [],
      sysctls: Object.fromEntries(sysctls),
      localTable: 'split',
    },
    missing: { ipv4: [], ipv6: [] },
    doubts: [],
    tailscale: undefined,
    podTailnets: [],
    wireguard: [],
    masquerades: [],
  };
}

function route({
  table = 254,
  prefix,
  dev,
  gateway,
  metric = 0,
}: {
  table?: number;
  prefix: string;
  dev: string;
  gateway?: string;
  metric?: number;
}): Route {
  const hop = { dev, weight: 1, flags: [], ...(gateway === undefined ? {} : { gateway }) };
  const scope = gateway === undefined ? 'link' : 'global';
  return { table, type: 'unicast', prefix, tos: 0, metric, scope, flags: [], nexthops: [hop] };
}

function tailnetOf(at: number): TailscaleFacts {
  const member = (hostName: string, address: string, allowed: readonly string[]) => ({
    id: hostName,
    hostName,
    dnsName: '',
    addresses: [address],
    allowedIps: [`${address}/32`, ...allowed],
    primaryRoutes: [],
    online: true,
    exitNode: false,
  });
  return {
    reachedBy: seen('socket', 'bench', 0),
    prefs: seen(
      {
        acceptsRoutes: true,
        advertises: [],
        exitNodeId: '',
        exitNodeAllowsLan: false,
        wantRunning: true,
      },
      'bench',
      0,
    ),
    status: seen(
      {
        version: '1.90',
        backendState: 'Running',
        tun: true,
        self: member(`storage-${at}`, `100.68.0.${at + 1}`, []),
        peers: [member('subnet-router', '100.90.0.1', ['10.0.0.0/8'])],
      },
      'bench',
      0,
    ),
  };
}

/** One fault of each kind for every 250 clients; the outcome that each must have. */
function plant(
  clients: readonly Building[],
  endpoints: readonly Building[],
  next: () => number,
): ReadonlyMap<string, TraceOutcome> {
  const planted = new Map<string, TraceOutcome>();
  for (const [kind, { outcome, at }] of FAULTS.entries()) {
    for (let client = kind * 11; client < clients.length; client += 250) {
      const endpoint = endpointFor(kind, endpoints.length, next);
      const pair = `client-${client} ${endpointAddress(endpoint)}`;
      const [c, e] = [clients[client], endpoints[endpoint]];
      if (!c || !e || planted.has(pair)) continue;
      at({
        client: c,
        endpoint: e,
        clientIp: clientAddress(client),
        endpointIp: endpointAddress(endpoint),
      });
      planted.set(pair, outcome);
    }
  }
  return planted;
}

/** A strict filter hides what else is wrong with an endpoint, so the last fifth has nothing else. */
function endpointFor(kind: number, count: number, next: () => number): number {
  const plain = Math.floor(count * 0.8);
  const strict = kind === FAULTS.length - 1;
  return strict ? plain + Math.floor(next() * (count - plain)) : Math.floor(next() * plain);
}

interface Pair {
  readonly client: Building;
  readonly endpoint: Building;
  readonly clientIp: string;
  readonly endpointIp: string;
}

const FAULTS: readonly { readonly outcome: TraceOutcome; at(pair: Pair): void }[] = [
  {
    outcome: 'dropped-by-peer',
    at: ({ endpoint, clientIp }) =>
      endpoint.state.routes.ipv4.push(
        route({ table: 52, prefix: `${clientIp}/32`, dev: 'tailscale0' }),
      ),
  },
  {
    outcome: 'blackholed',
    at: ({ client, endpointIp }) =>
      client.state.routes.ipv4.push({
        ...route({ prefix: `${endpointIp}/32`, dev: 'lo' }),
        type: 'blackhole',
        nexthops: [],
      }),
  },
  {
    outcome: 'prohibited',
    at: ({ client, endpointIp }) =>
      client.state.rules.ipv4.push({
        priority: 500,
        to: `${endpointIp}/32`,
        action: { kind: 'prohibit' },
      }),
  },
  {
    outcome: 'prohibited',
    at: ({ endpoint, clientIp }) =>
      endpoint.state.routes.ipv4.push({
        ...route({ prefix: `${clientIp}/32`, dev: 'lo' }),
        type: 'unreachable',
        nexthops: [],
      }),
  },
  {
    // strict on the device it comes in by, while the way back is the other leg
    outcome: 'reverse-path-filtered',
    at: ({ endpoint, clientIp }) => {
      endpoint.state.routes.ipv4.push(
        route({ prefix: `${clientIp}/32`, dev: 'enp2s0', gateway: '10.201.0.1' }),
      );
      Object.assign(endpoint.state.sysctls, { 'net.ipv4.conf.enp1s0.rp_filter': '1' });
    },
  },
];
