/** One command that prepares a namespace. A command that the kernel refuses counts for nothing. */
export interface Step {
  /** Which `ip` reads it, or a setting written below /proc/sys/net. */
  readonly by: 'ipv4' | 'ipv6' | 'both' | 'sysctl';
  readonly text: string;
}

/** A namespace to be made, and what is then asked of it. */
export interface Scenario {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly queries: { readonly ipv4: readonly Query[]; readonly ipv6: readonly Query[] };
}

/** One `ip route get`, as data. */
export interface Query {
  readonly destination: string;
  readonly source?: string | undefined;
  readonly iif?: string | undefined;
  readonly oif?: string | undefined;
  readonly mark?: number | undefined;
  readonly tos?: number | undefined;
  readonly protocol?: number | undefined;
  readonly sourcePort?: number | undefined;
  readonly destinationPort?: number | undefined;
  readonly uid?: number | undefined;
}

const PROTOCOL_NAME: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'ipv6-icmp',
};

/** The line for `ip -batch`. */
export function commandOf(query: Query): string {
  const words = ['route get', query.destination];
  if (query.source !== undefined) words.push('from', query.source);
  if (query.iif !== undefined) words.push('iif', query.iif);
  if (query.oif !== undefined) words.push('oif', query.oif);
  if (query.mark !== undefined) words.push('mark', String(query.mark));
  if (query.tos !== undefined) words.push('tos', `0x${query.tos.toString(16)}`);
  if (query.protocol !== undefined) words.push('ipproto', PROTOCOL_NAME[query.protocol] ?? 'udp');
  if (query.sourcePort !== undefined) words.push('sport', String(query.sourcePort));
  if (query.destinationPort !== undefined) words.push('dport', String(query.destinationPort));
  if (query.uid !== undefined) words.push('uid', String(query.uid));
  return words.join(' ');
}
