import { ROUTE_TYPES } from '../model/network.ts';
import { type Items, lineItems } from './items.ts';
import { type ProblemLog, problemLog } from './reading.ts';

/**
 * Turns what `ip route` prints into the objects that `ip -j route` prints.
 *
 * A route spills over into lines that begin with a blank (`nexthop …`, `cache …`); `ip -o` puts a
 * backslash in place of that line break. Unknown words are reported and passed over, because new
 * ones appear at the end of the line with every release; what is known is kept.
 */
export function routeLines(text: string): Items {
  const log = problemLog();
  const values: Record<string, unknown>[] = [];
  const lines: { line: number; text: string }[] = [];
  text.split('\n').forEach((whole, at) => {
    const [first = '', ...spilled] = whole.split(/\\\s+/);
    const continues = /^\s/.test(first);
    const current = values.at(-1);
    const place = { line: at + 1, text: whole, log };
    if (continues && current) continueRoute(current, first, place);
    else if (first.trim() !== '') {
      values.push(routeLine(first, place));
      lines.push(place);
    }
    const started = values.at(-1);
    for (const part of spilled) if (started) continueRoute(started, part, place);
  });
  return lineItems(values, lines, log);
}

interface Place {
  readonly line: number;
  readonly text: string;
  readonly log: ProblemLog;
}

type Building = Record<string, unknown>;

const TYPE_WORD = new RegExp(`^(?:${ROUTE_TYPES.join('|')}|nat|xresolve|[1-9]|1[01])$`);

function routeLine(text: string, place: Place): Building {
  const words = text.trim().split(/\s+/);
  const fields: Building = {};
  let at = 0;
  if (TYPE_WORD.test(words[0] ?? '') && words.length > 1) {
    fields['type'] = words[0];
    at = 1;
  }
  fields['dst'] = words[at];
  const [own = [], ...hops] = splitAtHops(words.slice(at + 1));
  readWords(fields, own, place);
  for (const hop of hops) addHop(fields, hop, place);
  return fields;
}

/** A multipath route may stand on one line, as it is given to `ip route add`. */
function splitAtHops(words: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === 'nexthop') parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}

function addHop(fields: Building, words: readonly string[], place: Place): void {
  const hop: Building = {};
  readWords(hop, words, place);
  const before = fields['nexthops'];
  fields['nexthops'] = [...(Array.isArray(before) ? before : []), hop];
}

function continueRoute(fields: Building, text: string, place: Place): void {
  const words = text.trim().split(/\s+/);
  // with -d a line repeats what the nexthop object holds; the route has its resolved hops anyway
  if (words[0] === '' || words[0] === 'nh_info') return;
  if (words[0] === 'cache') {
    readCache(fields, words.slice(1), place);
    return;
  }
  if (words[0] === 'nexthop') addHop(fields, words.slice(1), place);
  else readWords(fields, words, place);
}

/** Words followed by one value, as the key of that value. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ['dev', 'dev'],
  ['table', 'table'],
  ['proto', 'protocol'],
  ['protocol', 'protocol'],
  ['scope', 'scope'],
  ['src', 'prefsrc'],
  ['from', 'from'],
  ['metric', 'metric'],
  ['priority', 'metric'],
  ['tos', 'tos'],
  ['dsfield', 'tos'],
  ['weight', 'weight'],
  ['nhid', 'nhid'],
  ['pref', 'pref'],
  ['expires', 'expires'],
  ['iif', 'iif'],
  ['uid', 'uid'],
  ['mark', 'mark'],
]);

const FLAGS: ReadonlySet<string> = new Set([
  'dead',
  'linkdown',
  'onlink',
  'pervasive',
  'offload',
  'trap',
  'notify',
  'unresolved',
  'rt_offload',
  'rt_trap',
  'rt_offload_failed',
  'offload_failed',
]);

/** Values that no decision depends on; each is followed by one word, which may be behind `lock`. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'advmss',
  'age',
  'as',
  'congctl',
  'cwnd',
  'error',
  'features',
  'hoplimit',
  'initcwnd',
  'initrwnd',
  'ipid',
  'quickack',
  'realm',
  'realms',
  'reordering',
  'rto_min',
  'rtt',
  'rttvar',
  'ssthresh',
  'ts',
  'tsage',
  'ttl-propagate',
  'used',
  'users',
  'window',
  'fastopen_no_cookie',
]);

function readWords(fields: Building, words: readonly string[], place: Place): void {
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? '';
    const value = words[at + 1];
    const key = VALUES.get(word);
    if (FLAGS.has(word)) addFlag(fields, word);
    else if (value === undefined) place.log.add(place.line, place.text, `unknown word "${word}"`);
    else if (key !== undefined) {
      fields[key] = value;
      at += 1;
    } else if (PASSED_OVER.has(word)) at += value === 'lock' ? 2 : 1;
    else at += readSpecial(fields, words, at) ?? unknown(word, place);
    at += 1;
  }
}

/** `encap`, `via` and `mtu`, as the number of words after the first; `undefined` for any other. */
function readSpecial(fields: Building, words: readonly string[], at: number): number | undefined {
  const value = words[at + 1] ?? '';
  if (words[at] === 'encap') {
    fields['encap'] = value;
    return endOfEncapsulation(words, at) - at - 1;
  }
  if (words[at] === 'via') {
    const named = value === 'inet6' || value === 'inet';
    fields['gateway'] = named ? words[at + 2] : value;
    return named ? 2 : 1;
  }
  if (words[at] !== 'mtu') return undefined;
  const locked = value === 'lock';
  fields['metrics'] = [{ mtu: locked ? words[at + 2] : value }];
  return locked ? 2 : 1;
}

function unknown(word: string, place: Place): number {
  place.log.add(place.line, place.text, `unknown word "${word}"`);
  return 0;
}

function addFlag(fields: Building, flag: string): void {
  const before = fields['flags'];
  fields['flags'] = [...(Array.isArray(before) ? before : []), flag];
}

/** The description of an encapsulation has words of its own and ends where the nexthop begins. */
function endOfEncapsulation(words: readonly string[], start: number): number {
  const end = words.findIndex((word, at) => at > start && (word === 'via' || word === 'dev'));
  return end < 0 ? words.length : end;
}

/** `cache <local,brd> expires 10sec mtu 1400 iif eth0`, the second line of `ip route get`. */
function readCache(fields: Building, words: readonly string[], place: Place): void {
  const [first = ''] = words;
  const flags = /^<(.*)>$/.exec(first)?.[1];
  fields['cache'] = flags === undefined ? [] : flags.split(',');
  readWords(fields, flags === undefined ? words : words.slice(1), place);
}
