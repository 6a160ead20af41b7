import type { Setting } from '../faults/fault.ts';
import type { HostSpec, Topology } from '../topology/topology.ts';
import { masqueradeRuleset } from './nat.ts';
import { run } from './run.ts';

type RouteSetting = Extract<Setting, { kind: 'route' }>;

/**
 * Makes a route as the setting says, or as it is without the setting.
 *
 * @param namespace Of the host, in `/run/netns`.
 */
export async function setRoute(
  namespace: string,
  { family, route, present }: RouteSetting,
  wanted: boolean,
): Promise<void> {
  const ip = ['ip', family === 'ipv6' ? '-6' : '-4', '-n', namespace, 'route'];
  const isThere = (await run([...ip, 'show', ...route.split(' ')])).trim() !== '';
  const shallBe = present === wanted;
  if (isThere !== shallBe) await run([...ip, shallBe ? 'add' : 'del', ...route.split(' ')]);
}

/** Takes the masquerading of a host away, or gives it back. Flows that exist keep what they have. */
export async function setMasquerade(host: HostSpec, wanted: boolean): Promise<void> {
  if (!host.masquerade) return;
  const nft = ['nsenter', `--net=/run/netns/${host.name}`, 'nft'];
  for (const family of new Set(host.masquerade.from.map(familyWord))) {
    const listed = await run([...nft, 'list', 'tables', family]);
    const isThere = listed.split('\n').includes(`table ${family} cluster`);
    if (isThere === wanted) continue;
    const from = host.masquerade.from.filter((prefix) => familyWord(prefix) === family);
    if (wanted) await run([...nft, '-f', '-'], masqueradeRuleset({ ...host.masquerade, from }));
    else await run([...nft, 'delete', 'table', family, 'cluster']);
  }
}

function familyWord(prefix: string): 'ip' | 'ip6' {
  return prefix.includes(':') ? 'ip6' : 'ip';
}

/** A machine that has been off for a while is in nobody's neighbour table. */
export async function forgetNeighbour(
  topology: Topology,
  segment: string,
  addresses: readonly string[],
): Promise<void> {
  const neighbours = topology.hosts.filter(({ ports }) => ports.some((p) => p.segment === segment));
  const texts = addresses.map((address) => address.replace(/\/.*/, ''));
  await Promise.all(
    neighbours.map(({ name }) =>
      run(['ip', '-n', name, '-batch', '-'], texts.map((a) => `neigh flush to ${a}\n`).join('')),
    ),
  );
}
