import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { run } from '../init/run.ts';
import { snatChange, tailscaleRuleset } from './netfilter.ts';
import type { LocalPrefix, RouterConfig } from './router-config.ts';

const DEVICE = 'tailscale0';
const TABLE = '52';
/** Set by tailscaled on its own sockets, so that they bypass its table. */
const BYPASS_MARK = '0x80000/0xff0000';

/**
 * Asked in this order, before `main` at 32766.
 * Source: tailscale wgengine/router/osrouter, baseIPRules; tsconst/linuxfw.go
 */
const RULES = [
  `priority 5210 fwmark ${BYPASS_MARK} lookup main`,
  `priority 5230 fwmark ${BYPASS_MARK} lookup default`,
  `priority 5250 fwmark ${BYPASS_MARK} unreachable`,
  `priority 5270 lookup ${TABLE}`,
];

const NOTHING: RouterConfig = { addresses: [], routes: [], snat: false };

/** Keeps the kernel's rules, tunnel addresses and table 52 as tailscaled would. */
export interface KernelRouter {
  /** Installs the policy rules of both families, and the netfilter rules where there can be any. */
  up(): Promise<void>;
  /** Makes addresses, routes and NAT exactly these; doing so twice changes nothing. */
  set(config: RouterConfig): Promise<void>;
  /** Takes rules, routes and addresses away, as a clean exit does. */
  down(): Promise<void>;
}

/** @param netfilter True where nft works. */
export function createKernelRouter(netfilter: boolean): KernelRouter {
  const families: readonly (4 | 6)[] = existsSync(`/proc/sys/net/ipv6/conf/${DEVICE}`)
    ? [4, 6]
    : [4];
  let current: RouterConfig = NOTHING;

  async function change(before: RouterConfig, after: RouterConfig): Promise<void> {
    const kept = new Set(after.routes.map(prefixOf));
    // The last address of a device takes its routes with it, so routes go first and come last. A
    // prefix has one route: what only changes its kind is replaced.
    await removeInEachFamily(families, [
      ...missingFrom(after.routes, before.routes)
        .filter((route) => !kept.has(prefixOf(route)))
        .map((route) => `route del ${route} table ${TABLE}`),
      ...missingFrom(after.addresses, before.addresses).map((a) => addressCommand('del', a)),
    ]);
    await inEachFamily(families, [
      ...missingFrom(before.addresses, after.addresses).map((a) => addressCommand('add', a)),
      ...missingFrom(before.routes, after.routes).map((r) => `route replace ${r} table ${TABLE}`),
    ]);
    if (netfilter && before.snat !== after.snat) {
      const changes = families.map((family) => snatChange(family, after.snat));
      await run(['nft', '-f', '-'], changes.join(''));
    }
    current = after;
  }

  return {
    async up() {
      const rules = families.map((family) =>
        batch(
          family,
          RULES.map((rule) => `rule add ${rule}`),
        ),
      );
      await Promise.all(rules);
      if (!netfilter) return;
      const rulesets = families.map((family) => tailscaleRuleset(family, NOTHING.snat));
      await run(['nft', '-f', '-'], rulesets.join(''));
    },
    set: (config) => change(current, config),
    async down() {
      await change(current, NOTHING);
      await Promise.all(
        families.map((family) =>
          batch(
            family,
            RULES.map((rule) => `rule del ${rule}`),
          ),
        ),
      );
      if (netfilter) await run(['nft', 'flush', 'ruleset']);
    },
  };
}

/** Addresses of every device but the tunnel, as networks: `10.0.0.0/24` on `enp1s0`. */
export function localPrefixes(): readonly LocalPrefix[] {
  return Object.entries(networkInterfaces()).flatMap(([dev, addresses]) =>
    dev === DEVICE
      ? []
      : (addresses ?? []).flatMap(({ cidr }) => (cidr ? [{ dev, prefix: networkOf(cidr) }] : [])),
  );
}

function prefixOf(route: string): string {
  return route.split(' ').find((word) => word.includes('/')) ?? route;
}

function missingFrom(known: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((item) => !known.includes(item));
}

function addressCommand(verb: 'add' | 'del', address: string): string {
  return `addr ${verb} ${address} dev ${DEVICE}${address.includes(':') && verb === 'add' ? ' nodad' : ''}`;
}

async function inEachFamily(
  families: readonly number[],
  commands: readonly string[],
): Promise<void> {
  await Promise.all(families.map((family) => batch(family, ofFamily(commands, family))));
}

/** Like tailscaled, takes it as done when somebody else has removed it before. */
async function removeInEachFamily(
  families: readonly number[],
  commands: readonly string[],
): Promise<void> {
  await Promise.all(
    families.map((family) =>
      batch(family, ofFamily(commands, family), ['-force']).catch((error: unknown) => {
        process.stderr.write(`${error}\n`);
      }),
    ),
  );
}

function ofFamily(commands: readonly string[], family: number): readonly string[] {
  return commands.filter((command) => command.includes(':') === (family === 6));
}

async function batch(
  family: number,
  commands: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  if (commands.length === 0) return;
  await run(['ip', `-${family}`, ...options, '-batch', '-'], `${commands.join('\n')}\n`);
}

/** The network of an address with length: host bits cleared. */
function networkOf(cidr: string): string {
  const [address = '', length = '0'] = cidr.split('/');
  if (address.includes(':')) return `${ipv6Network(address, Number(length))}/${length}`;
  const bits = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(length));
  const base = Math.floor(bits / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${length}`;
}

/** For the lengths a LAN has: multiples of 16 bits. */
function ipv6Network(address: string, length: number): string {
  const [head = '', tail] = address.split('::');
  const left = head.split(':').filter((group) => group !== '');
  const right = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, Math.ceil(length / 16));
  const text = groups.join(':');
  return groups.length < 8 ? `${text.replace(/(:0)+$/, '')}::` : text;
}
