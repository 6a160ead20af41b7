import { setTimeout as wait } from 'node:timers/promises';
import { findHostPid } from '../cluster/host-pid.ts';
import type { HostSpec } from '../topology/topology.ts';
import { nameAddressesOf, startHost } from './make.ts';
import { TUNNEL_DEVICE } from './network-batch.ts';
import type { Plan } from './plan.ts';
import { run } from './run.ts';

const GONE_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 10;

/**
 * Starts a machine anew: its processes end, with all containers in it; rules, routes, addresses and
 * netfilter of its network are those of a fresh boot. What it has on disk stays.
 *
 * @throws {RangeError} If there is no such machine.
 */
export async function rebootHost(plan: Plan, name: string): Promise<void> {
  const host = plan.topology.hosts.find((one) => one.name === name && !one.inside);
  if (!host) throw new RangeError(`Cannot reboot "${name}": it is no machine of the lab`);
  const pid = findHostPid(name);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await untilGone(name);
  await forgetNetwork(plan, host);
  await nameAddressesOf(plan, name);
  startHost(plan, host);
}

async function untilGone(name: string): Promise<void> {
  const deadline = Date.now() + GONE_LIMIT_MS;
  while (findHostPid(name) !== undefined) {
    if (Date.now() > deadline) throw new Error(`Cannot end "${name}": not within 10 s`);
    await wait(LOOK_EVERY_MS);
  }
}

/** `ip rule flush` keeps the rule of the local table alone; a device that is down has no routes. */
async function forgetNetwork(
  { ipv6, netfilter, variant }: Plan,
  { name }: HostSpec,
): Promise<void> {
  const links = JSON.parse(await run(['ip', '-n', name, '-j', 'link'])) as { ifname: string }[];
  // a tunnel of wireguard-go goes with it, perhaps just now
  const kept = variant === 'wireguard' ? ['lo', TUNNEL_DEVICE] : ['lo'];
  const devices = links.map(({ ifname }) => ifname).filter((dev) => !kept.includes(dev));
  const batch = [
    ...devices.flatMap((dev) => [`link set dev ${dev} down`, `addr flush dev ${dev}`]),
    ...['throw', 'blackhole', 'unreachable', 'prohibit'].map(
      (type) => `route flush table all type ${type}`,
    ),
    'rule flush',
    'rule add priority 32766 lookup main',
  ];
  const ipv4 = [...batch, 'rule add priority 32767 lookup default'];
  await run(['ip', '-4', '-n', name, '-batch', '-'], `${ipv4.join('\n')}\n`);
  if (ipv6) await run(['ip', '-6', '-n', name, '-batch', '-'], `${batch.join('\n')}\n`);
  if (netfilter) await run(['nsenter', `--net=/run/netns/${name}`, 'nft', 'flush', 'ruleset']);
}
