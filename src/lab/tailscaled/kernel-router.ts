import { existsSync } from 'node:fs';
import { run, works } from '../init/run.ts';
import { rulesetRemoval, snatChange, tailscaleRuleset } from './netfilter.ts';
import { createPolicyRules } from './policy-rules.ts';
import type { RouterConfig } from './router-config.ts';

const DEVICE = 'tailscale0';
const TABLE = '52';
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
  const rules = createPolicyRules(families);
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
      await forgetKilled(families);
      await rules.install();
      if (!netfilter) return;
      const rulesets = families.flatMap((family) => [
        rulesetRemoval(family),
        tailscaleRuleset(family, NOTHING.snat),
      ]);
      await run(['nft', '-f', '-'], rulesets.join(''));
    },
    set: (config) => change(current, config),
    async down() {
      await change(current, NOTHING);
      await rules.remove();
      if (netfilter) await run(['nft', '-f', '-'], families.map(rulesetRemoval).join(''));
    },
  };
}

/**
 * Takes away what a tailscaled left that was killed. The device of the real one goes with it, and
 * takes addresses and routes along; the lab's stays. Source: tailscale cmd/tailscaled, which cleans
 * up before it runs as well.
 */
async function forgetKilled(families: readonly number[]): Promise<void> {
  for (const family of families) {
    await works(['ip', `-${family}`, 'addr', 'flush', 'dev', DEVICE, 'scope', 'global']);
    // fails where there is no such table yet
    await works(['ip', `-${family}`, 'route', 'flush', 'table', TABLE]);
  }
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
