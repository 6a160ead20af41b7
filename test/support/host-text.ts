import type { Address, Family, Link, NetworkState } from '../../src/model/network.ts';
import { readIpNeighbours } from '../../src/readers/ip-neigh.ts';
import { readIpRoutes } from '../../src/readers/ip-route.ts';
import { readIpRules } from '../../src/readers/ip-rule.ts';

/** A host as its own commands print it; what is left out is as on a host nobody touched. */
export interface HostText {
  /** `ip rule` without the default rules, which are added. */
  readonly rules?: string;
  /** `ip route show table all`. */
  readonly routes?: string;
  /** `DEV ADDRESS/LENGTH [FLAG…]`, a line each, scope global. */
  readonly addresses?: string;
  readonly neighbours?: string;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly links?: readonly Partial<Link>[];
  readonly localTable?: NetworkState['localTable'];
  readonly kernelRelease?: string;
}

const DEFAULT_RULES = {
  ipv4: [
    '0: from all lookup local',
    '32766: from all lookup main',
    '32767: from all lookup default',
  ],
  ipv6: ['0: from all lookup local', '32766: from all lookup main'],
} as const;
const DEVICES = ['lo', 'eth0', 'eth1', 'eth2'] as const;

/** The state of a host with `lo`, `eth0`, `eth1` and `eth2`, all up. */
export function hostOf(family: Family, text: HostText): NetworkState {
  const nothing = { ipv4: [], ipv6: [] };
  const extra = text.rules?.split('\n') ?? [];
  const rules = readIpRules(linesOf([...DEFAULT_RULES[family], ...extra]), { family }).value;
  const routes = readIpRoutes(linesOf((text.routes ?? '').split('\n')), { family }).value;
  return {
    links: DEVICES.map((name, at) => linkOf(name, at + 1, text.links)),
    addresses: (text.addresses ?? '').split('\n').flatMap(addressOf),
    rules: { ...nothing, [family]: rules },
    routes: { ...nothing, [family]: routes },
    neighbours: readIpNeighbours(text.neighbours ?? '').value,
    sysctls: { ...QUIET, ...text.sysctls },
    localTable: text.localTable ?? 'split',
    kernelRelease: text.kernelRelease ?? '6.18.0',
  };
}

const QUIET: Readonly<Record<string, string>> = Object.fromEntries(
  ['all', ...DEVICES].flatMap((device) => [
    [`net.ipv4.conf.${device}.rp_filter`, '0'],
    [`net.ipv4.conf.${device}.forwarding`, '1'],
    [`net.ipv6.conf.${device}.forwarding`, '0'],
  ]),
);

function linesOf(lines: readonly string[]): string {
  const kept = lines.map((line) => line.trim()).filter((line) => line !== '');
  return kept.map((line) => `${line}\n`).join('');
}

function linkOf(name: string, index: number, changes: HostText['links']): Link {
  const flags = name === 'lo' ? ['LOOPBACK', 'UP', 'LOWER_UP'] : ['UP', 'LOWER_UP'];
  const change = changes?.find((link) => link.name === name);
  return { index, name, flags, mtuBytes: 1500, group: 0, ...change };
}

function addressOf(line: string): Address[] {
  const [dev, address, ...flags] = line.trim().split(/\s+/);
  if (dev === undefined || address === undefined) return [];
  const [local = '', length] = address.split('/');
  return [{ dev, local, prefixLength: Number(length), scope: 'global', flags }];
}
