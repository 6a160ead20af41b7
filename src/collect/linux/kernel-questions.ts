import { type Flow, PROTOCOL_NUMBER } from '../../model/flow.ts';
import { quoted, type ScriptPart } from '../section.ts';
import { COUNTERS_CODE, nameFiles } from './facts-script.ts';

/** A routing question to the kernel of a host. */
export interface KernelQuestion {
  /**
   * What the packet carries. Without `source` it is the question of an unbound socket, which is
   * not the reply's: a reply leaves with the address that the request came to. Ports narrow the
   * question to rules that name them, and need iproute2 4.19.
   */
  readonly flow: Flow;
  /** Set to ask what becomes of such a packet when it comes in by that device. */
  readonly inputDevice?: string | undefined;
}

/** The question as a person would type it. */
export function typedQuestion({ flow, inputDevice }: KernelQuestion): string {
  const { source, destination, protocol, sourcePort, destinationPort } = flow;
  const portsGiven = sourcePort !== undefined || destinationPort !== undefined;
  const words = [
    destination,
    ...(source === undefined ? [] : ['from', source]),
    ...(inputDevice === undefined ? [] : ['iif', inputDevice]),
    ...(portsGiven ? ['ipproto', String(PROTOCOL_NUMBER[protocol])] : []),
    ...(sourcePort === undefined ? [] : ['sport', String(sourcePort)]),
    ...(destinationPort === undefined ? [] : ['dport', String(destinationPort)]),
  ];
  return `ip route get ${words.map(quoted).join(' ')}`;
}

export function typedNeighbour(address: string): string {
  return `ip neigh show ${quoted(address)}`;
}

/** Without `ip`, what the kernel's table of ARP says, in the words of `ip`. */
function neighbourCode(address: string): string {
  return `if command -v ip >/dev/null; then $t ${typedNeighbour(address)}; else
while read -r a x f m y d; do
[ "$a" != ${quoted(address)} ] || { [ "$f" = 0x0 ] && echo "$a dev $d INCOMPLETE" || echo "$a dev $d lladdr $m STALE"; }
done </proc/net/arp; fi`;
}

export const SOCKETS_TYPED = 'ss -tan state syn-recv state syn-sent state listening';

/** The connections with one peer, as a person would ask for them. */
export function typedConnections(peer: string): string {
  return `ss -tan state established state syn-recv dst ${quoted(peer)}`;
}

/** `/proc/net/tcp` says the same where there is no `ss`; it lists every connection. */
function socketsCode(peers: readonly string[]): string {
  const asked = [SOCKETS_TYPED, ...peers.map(typedConnections)].map((typed) => `$t ${typed}`);
  return `{ ${asked.join(' && ')}; } || cat /proc/net/tcp /proc/net/tcp6`;
}

export function kernelParts(
  questions: readonly KernelQuestion[],
  neighbours: readonly string[],
  peers: readonly string[],
): readonly ScriptPart[] {
  return [
    { id: 'kernel-tables', code: nameFiles('rt_tables') },
    ...questions.map((question, index) => ({
      id: `kernel-route-${index}`,
      code: `$t ${typedQuestion(question)}`,
    })),
    ...neighbours.map((address, index) => ({
      id: `kernel-neighbour-${index}`,
      code: neighbourCode(address),
    })),
    { id: 'kernel-counters', code: COUNTERS_CODE },
    { id: 'kernel-sockets', code: socketsCode(peers) },
  ];
}
