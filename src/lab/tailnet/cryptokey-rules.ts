import { type Acceptance, acceptedFrom, type NodeView } from './member.ts';

/** A node with a tunnel device, as the tailnet namespace needs it. */
export interface Tunnel {
  readonly view: NodeView;
  readonly acceptance: Acceptance;
  /** Its device in the tailnet namespace. */
  readonly device: string;
  /** The table whose only route leads to it. */
  readonly table: number;
}

/** Policy rules a sender may use; a lab has far fewer nodes than fit below rule 32766. */
const RULES_PER_SENDER = 1000;

/**
 * What WireGuard does between the nodes, said as arguments of `ip rule add`, one family.
 *
 * A sender picks the peer whose AllowedIPs hold the destination, longest prefix first; the peer
 * takes the packet only if its own AllowedIPs for that sender hold the source. Everything else is
 * dropped without a word, as WireGuard does.
 */
export function cryptokeyRules(
  tunnels: readonly Tunnel[],
  family: 'ipv4' | 'ipv6',
): readonly string[] {
  return tunnels.flatMap((sender, index) => {
    const first = RULES_PER_SENDER * (index + 1);
    return rulesOfSender(sender, tunnels, family).map(
      (rule, offset) => `${rule} priority ${first + offset}`,
    );
  });
}

function rulesOfSender(
  sender: Tunnel,
  tunnels: readonly Tunnel[],
  family: 'ipv4' | 'ipv6',
): readonly string[] {
  const choices = tunnels
    .filter((peer) => peer !== sender)
    .flatMap((peer) =>
      ofFamily(acceptedFrom(peer.view, sender.acceptance), family).map((to) => ({ to, peer })),
    )
    .toSorted((a, b) => lengthOf(b.to) - lengthOf(a.to));

  const rules = choices.flatMap(({ to, peer }) => {
    const sources = ofFamily(acceptedFrom(sender.view, peer.acceptance), family);
    const bothOnline = sender.view.member.online && peer.view.member.online;
    const accepted = bothOnline ? sources : [];
    return [
      ...accepted.map((from) => `from ${from} to ${to} iif ${sender.device} lookup ${peer.table}`),
      `to ${to} iif ${sender.device} blackhole`,
    ];
  });
  return [...rules, `iif ${sender.device} blackhole`];
}

function ofFamily(prefixes: readonly string[], family: 'ipv4' | 'ipv6'): readonly string[] {
  return prefixes.filter((prefix) => prefix.includes(':') === (family === 'ipv6'));
}

function lengthOf(prefix: string): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1));
}
