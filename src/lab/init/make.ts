import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { HostSpec } from '../topology/topology.ts';
import { enterCommand, hostFolder, hostScript, programScript } from './host-script.ts';
import { masqueradeRuleset } from './nat.ts';
import { cablingBatch, namespaceBatch, namespacesOf, TAILNET_NAMESPACE } from './network-batch.ts';
import type { Plan } from './plan.ts';
import { run } from './run.ts';

/** What the tailnet namespace needs to pass packets on by its rules alone. */
const FORWARD_EVERYTHING = [
  'echo 1 > /proc/sys/net/ipv4/ip_forward',
  'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done',
  '[ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/all/forwarding',
].join('\n');

/** Makes the network namespaces, bridges and cables. */
export async function layCables(plan: Plan): Promise<void> {
  await run(['ip', '-batch', '-'], cablingBatch(plan));
}

/** Starts the first process of every host; pods and containers are started by their hosts. */
export function startHosts(plan: Plan): void {
  for (const host of plan.topology.hosts) {
    const folder = hostFolder(host, '/run');
    mkdirSync(`${folder}/bin-of-machine`, { recursive: true });
    mkdirSync(`${folder}/bin`);
    for (const name of host.programs ?? []) {
      writeFileSync(`${folder}/bin/${name}`, programScript(name, plan), { mode: 0o755 });
    }
    writeFileSync(`${folder}/start.sh`, hostScript(host, plan));
  }
  for (const host of plan.topology.hosts.filter(({ inside }) => !inside)) startHost(plan, host);
}

/** Starts the first process of one machine. */
export function startHost(plan: Plan, host: HostSpec): void {
  const command = `exec ${enterCommand(host, plan, '/run')} 2>/run/hosts/${host.name}/log`;
  spawn('sh', ['-c', command], { stdio: 'ignore' });
}

/** Gives every namespace its devices, addresses, routes and NAT. */
export async function nameAddresses(plan: Plan): Promise<void> {
  const namespaces = namespacesOf(plan);
  await Promise.all([
    ...namespaces.map((name) => nameAddressesOf(plan, name)),
    ...(plan.netfilter ? plan.topology.hosts.map((host) => masquerade(plan, host)) : []),
    ...(namespaces.includes(TAILNET_NAMESPACE)
      ? [run([...inNamespace(TAILNET_NAMESPACE), 'sh', '-c', FORWARD_EVERYTHING])]
      : []),
  ]);
}

/** Gives one namespace its devices, addresses and routes. */
export async function nameAddressesOf(plan: Plan, name: string): Promise<void> {
  await run(['ip', '-n', name, '-batch', '-'], namespaceBatch(plan, name));
}

async function masquerade({ ipv6 }: Plan, { name, masquerade }: HostSpec): Promise<void> {
  if (!masquerade) return;
  const from = masquerade.from.filter((prefix) => ipv6 || !prefix.includes(':'));
  await run([...inNamespace(name), 'nft', '-f', '-'], masqueradeRuleset({ ...masquerade, from }));
}

function inNamespace(name: string): readonly string[] {
  return ['nsenter', `--net=/run/netns/${name}`];
}
