import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabVariant } from '../lab-file.ts';
import { withKubernetes, withRelease, withSwap } from '../topology/adjust.ts';
import { homelab } from '../topology/homelab.ts';
import { withSecondNode } from '../topology/second-node.ts';
import type { Topology } from '../topology/topology.ts';
import { withWan } from '../topology/wan.ts';
import { withoutNat } from './nat.ts';
import { works } from './run.ts';

/** What is going to be built, after a look at what this machine can do. */
export interface Plan {
  readonly labId: string;
  readonly variant: LabVariant;
  readonly topology: Topology;
  /** Absolute path of the program that serves a host's daemons. */
  readonly hostProgram: string;
  /** Begin in the middle of the outage, not healthy. */
  readonly outage: boolean;
  /** In a user namespace, where nobody but root exists. */
  readonly rootless: boolean;
  /** Ends when standard input does: the lab of a program, not of a user. */
  readonly bound: boolean;
  readonly ipv6: boolean;
  /** True where nft works. */
  readonly netfilter: boolean;
}

/** About four hours of a back-off of five minutes. */
const NIGHT_RESTARTS = 47;

/**
 * Reads the command line of the lab's first process.
 *
 * @throws {RangeError} If a swap, a release or a scale is none.
 * @throws {Error} If the variant needs programs that are not here.
 */
export async function makePlan(argv: readonly string[]): Promise<Plan> {
  const all = (name: string) => argv.filter((_, index) => argv[index - 1] === name);
  const one = (name: string) => all(name)[0] ?? '';
  const netfilter = await works(['nft', 'list', 'ruleset']);
  const [release] = all('--truenas');
  const variant = one('--variant') === 'wireguard' ? 'wireguard' : 'veth';
  if (variant === 'wireguard') await assertWireguard();
  const site = variant === 'wireguard' ? withWan(homelab) : homelab;
  const [scale] = all('--kubernetes');
  const outage = argv.includes('--outage');
  const whole =
    scale === undefined ? site : withKubernetes(site, Number(scale), outage ? NIGHT_RESTARTS : 0);
  const nodes = argv.includes('--two-nodes') ? withSecondNode(whole) : whole;
  const base = all('--swap').reduce(withSwap, netfilter ? nodes : withoutNat(nodes));
  return {
    labId: one('--lab-id'),
    variant,
    topology: release === undefined ? base : withRelease(base, release),
    hostProgram: join(one('--programs'), 'lab-host.js'),
    outage,
    rootless: argv.includes('--rootless'),
    bound: argv.includes('--bound'),
    ipv6: existsSync('/proc/sys/net/ipv6'),
    netfilter,
  };
}

async function assertWireguard(): Promise<void> {
  const here = await Promise.all([
    works(['wg', '--version']),
    works(['wireguard-go', '--version']),
  ]);
  if (!here.every(Boolean)) throw new Error('the programs "wg" and "wireguard-go" are needed');
}
