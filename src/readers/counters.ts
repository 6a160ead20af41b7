import { problemLog, type Reading, reading } from './reading.ts';

/**
 * Reads kernel counters from `/proc/net/snmp`, `/proc/net/netstat` and `/proc/net/snmp6`, one after
 * another in any order, as `TcpExt:IPReversePathFilter` and `Ip6:InNoRoutes`.
 */
export function readCounters(text: string): Reading<Record<string, number>> {
  const log = problemLog();
  const counters: Record<string, number> = {};
  let names: readonly string[] | undefined;
  text.split('\n').forEach((whole, at) => {
    const words = whole.trim().split(/\s+/);
    const [first = ''] = words;
    if (first === '') return;
    if (names && names[0] === first && words.length === names.length) {
      take(counters, names, words);
      names = undefined;
      return;
    }
    if (names) log.add(at, names.join(' '), 'names without values');
    names = undefined;
    const single = /^((?:Ip|Icmp|Udp|UdpLite)6)(\w+)$/.exec(first);
    if (single && words.length === 2 && /^\d+$/.test(words[1] ?? '')) {
      counters[`${single[1]}:${single[2]}`] = Number(words[1]);
    } else if (first.endsWith(':')) names = words;
    else log.add(at + 1, whole, 'neither names nor values of counters');
  });
  if (names) log.add(text.split('\n').length, names.join(' '), 'names without values');
  return reading(counters, log);
}

function take(
  counters: Record<string, number>,
  names: readonly string[],
  values: readonly string[],
): void {
  names.forEach((name, at) => {
    const value = Number(values[at]);
    if (at > 0 && Number.isFinite(value)) counters[`${names[0]}${name}`] = value;
  });
}
