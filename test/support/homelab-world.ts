import { missing, seen } from '../../src/model/fact.ts';
import type { Masquerade, NetworkState } from '../../src/model/network.ts';
import type {
  TailscaleFacts,
  TailscalePeer,
  TailscalePrefs,
  TailscaleStatus,
} from '../../src/model/tailscale.ts';
import { readIpAddresses } from '../../src/readers/ip-addr.ts';
import { readIpRoutes } from '../../src/readers/ip-route.ts';
import { readIpRules } from '../../src/readers/ip-rule.ts';
import type { HostParts } from '../../src/routing/world.ts';

/** A host as its tools print it; what a test does not name is as on a plain machine. */
export interface HostText {
  readonly id: string;
  /** `DEVICE ADDRESS/LENGTH` a line. */
  readonly addresses: string;
  /** `ip route show table all`, without the local table, which follows from the addresses. */
  readonly routes: string;
  /** Rules besides the three that every host has. */
  readonly rules?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly tailscale?: TailscaleFacts;
  readonly podTailnets?: readonly TailscaleStatus[];
  readonly masquerades?: readonly Masquerade[];
}

const STANDARD_RULES =
  '0: from all lookup local\n32766: from all lookup main\n32767: from all lookup default\n';

/** One host, read from text as a snapshot would be. */
export function hostOf(text: HostText): HostParts {
  const lines = text.addresses
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const devices = [...new Set(lines.map(([dev = '']) => dev))];
  const blocks = ['lo', ...devices].map((dev, at) => {
    const own = lines.filter(([name]) => name === dev);
    const inet = own.map(([, address]) => `    inet ${address} scope global ${dev}`);
    const local = dev === 'lo' ? ['    inet 127.0.0.1/8 scope host lo'] : [];
    return [`${at + 1}: ${dev}: <UP> mtu 1500`, ...local, ...inet].join('\n');
  });
  const local = lines.map(([dev, address = '']) => {
    return `local ${address.split('/')[0]} dev ${dev} table local proto kernel scope host`;
  });
  const routes = [text.routes, ...local, 'local 127.0.0.0/8 dev lo table local scope host'];
  const state: NetworkState = {
    links: ['lo', ...devices].map((name, at) => ({
      index: at + 1,
      name,
      flags: name === 'lo' ? ['LOOPBACK', 'UP', 'LOWER_UP'] : ['UP', 'LOWER_UP'],
      mtuBytes: 1500,
    })),
    addresses: read(readIpAddresses(blocks.join('\n'))),
    rules: {
      ipv4: read(readIpRules(STANDARD_RULES + (text.rules ?? ''), { family: 'ipv4' })),
      ipv6: [],
    },
    routes: { ipv4: read(readIpRoutes(trimmed(routes.join('\n')), { family: 'ipv4' })), ipv6: [] },
    neighbours: [],
    sysctls: { ...plainSysctls(['lo', ...devices]), ...text.sysctls },
    localTable: 'split',
  };
  return {
    id: text.id,
    name: text.id,
    state,
    missing: { ipv4: [], ipv6: [] },
    doubts: [],
    tailscale: text.tailscale,
    podTailnets: text.podTailnets ?? [],
    wireguard: [],
    masquerades: text.masquerades,
  };
}

function plainSysctls(devices: readonly string[]): Record<string, string> {
  const entries = ['all', 'default', ...devices].flatMap((dev) =>
    ['rp_filter', 'forwarding', 'accept_local', 'src_valid_mark', 'route_localnet'].map(
      (key) => [`net.ipv4.conf.${dev}.${key}`, '0'] as const,
    ),
  );
  return Object.fromEntries(entries);
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function read<T>({ value, problems }: { value: T; problems: readonly unknown[] }): T {
  if (problems.length > 0) throw new Error(`Cannot use the text: ${JSON.stringify(problems)}`);
  return value;
}

export function peer(fields: Partial<TailscalePeer> & { hostName: string }): TailscalePeer {
  const addresses = fields.addresses ?? [];
  return {
    id: `n-${fields.hostName}`,
    dnsName: `${fields.hostName}.example.ts.net.`,
    addresses,
    allowedIps: addresses.map((address) => `${address}/32`),
    primaryRoutes: [],
    online: true,
    exitNode: false,
    ...fields,
  };
}

export function tailscale(
  status: { readonly self: TailscalePeer; readonly peers: readonly TailscalePeer[] },
  prefs: Partial<TailscalePrefs> = {},
): TailscaleFacts {
  return {
    reachedBy: seen('/run/tailscale/tailscaled.sock', 'test', 0),
    status: seen(
      {
        version: '1.90.0',
        backendState: 'Running',
        tun: true,
        ...status,
        peers: [...status.peers],
      },
      'test',
      0,
    ),
    prefs: seen(
      {
        acceptsRoutes: true,
        advertises: [],
        exitNodeId: '',
        exitNodeAllowsLan: false,
        wantRunning: true,
        ...prefs,
      },
      'test',
      0,
    ),
  };
}

export const NO_TAILSCALE: TailscaleFacts = {
  reachedBy: missing('no tailscaled'),
  prefs: missing('no tailscaled'),
  status: missing('no tailscaled'),
};

/** Rules tailscaled makes. Source: tailscale wgengine/router/osrouter, baseIPRules. */
export const TAILSCALE_RULES = `
5210: from all fwmark 0x80000/0xff0000 lookup main
5230: from all fwmark 0x80000/0xff0000 lookup default
5250: from all fwmark 0x80000/0xff0000 unreachable
5270: from all lookup 52
`;

export const CONNECTOR = peer({
  hostName: 'homelab-subnet-router',
  addresses: ['100.90.1.1'],
  allowedIps: ['100.90.1.1/32', '10.0.0.197/32', '10.0.0.231/32', '10.0.0.210/32', '10.0.0.1/32'],
});

export const NAS_SELF = peer({ hostName: 'truenas', addresses: ['100.68.1.2'] });

/** The Talos node: pods of 10.244.0.0/16 leave it masqueraded. */
export function node(changes: Partial<HostText> = {}): HostParts {
  return hostOf({
    id: 'node',
    addresses: 'eth0 10.0.0.197/24\ncni0 10.244.0.1/24',
    routes: `default via 10.0.0.1 dev eth0
      10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.197
      10.244.0.0/24 dev cni0 proto kernel scope link src 10.244.0.1`,
    sysctls: {
      'net.ipv4.conf.eth0.forwarding': '1',
      'net.ipv4.conf.cni0.forwarding': '1',
    },
    masquerades: [{ from: '10.244.0.0/16', notTo: ['10.244.0.0/16'] }],
    tailscale: NO_TAILSCALE,
    ...changes,
  });
}

/** The NAS with tailscaled running; `table52` is what it accepted. */
export function nas({
  table52 = '10.0.0.197 dev tailscale0 table 52',
  rpFilter = '0',
  rules = TAILSCALE_RULES,
  facts = tailscale({ self: NAS_SELF, peers: [CONNECTOR] }),
  ...changes
}: Partial<HostText> & {
  table52?: string;
  rpFilter?: string;
  facts?: TailscaleFacts;
} = {}): HostParts {
  return hostOf({
    id: 'nas',
    addresses: 'enp1s0 10.0.0.210/24\ntailscale0 100.68.1.2/32',
    routes: `${table52}
      100.100.100.100 dev tailscale0 table 52
      default via 10.0.0.1 dev enp1s0
      10.0.0.0/24 dev enp1s0 proto kernel scope link src 10.0.0.210`,
    rules,
    sysctls: { 'net.ipv4.conf.enp1s0.rp_filter': rpFilter },
    tailscale: facts,
    ...changes,
  });
}

/** The utility host, which nobody advertises. */
export function utility(): HostParts {
  return hostOf({
    id: 'utility',
    addresses: 'eth0 10.0.0.38/24',
    routes: `default via 10.0.0.1 dev eth0
      10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.38`,
    tailscale: NO_TAILSCALE,
  });
}
