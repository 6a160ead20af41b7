import { type Items, lineItems } from './items.ts';
import { problemLog } from './reading.ts';

/** Turns the lines of `ip rule` into the objects that `ip -j rule` prints. */
export function ruleLines(text: string): Items {
  const log = problemLog();
  const values: Record<string, unknown>[] = [];
  const lines: { line: number; text: string }[] = [];
  text.split('\n').forEach((whole, at) => {
    if (whole.trim() === '') return;
    const fields = ruleLine(whole);
    if (typeof fields === 'string') {
      log.add(at + 1, whole, fields);
      return;
    }
    values.push(fields);
    lines.push({ line: at + 1, text: whole });
  });
  return lineItems(values, lines, log);
}

function ruleLine(line: string): Record<string, unknown> | string {
  const [, priority, rest] = /^\s*(\d+):\s*(.*?)\s*$/.exec(line) ?? [];
  if (priority === undefined || rest === undefined) return 'expected "PRIORITY: …"';
  const fields: Record<string, unknown> = { priority };
  const words = rest.split(/\s+/);
  for (let at = 0; at < words.length; ) {
    const taken = takeWord(fields, words, at);
    if (typeof taken === 'string') return taken;
    at += taken;
  }
  return fields;
}

/** Words that stand for themselves, as the key of a flag. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['not', 'not'],
  ['nop', 'nop'],
  ['l3mdev', 'l3mdev'],
  ['[unresolved]', 'unresolved'],
]);

/** Words followed by a value, as the key of that value. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ['iif', 'iif'],
  ['oif', 'oif'],
  ['tos', 'tos'],
  ['dsfield', 'tos'],
  ['ipproto', 'ipproto'],
  ['tun_id', 'tun_id'],
  ['goto', 'goto'],
  ['suppress_prefixlength', 'suppress_prefixlen'],
  ['suppress_ifgroup', 'suppress_ifgroup'],
  ['proto', 'protocol'],
  ['protocol', 'protocol'],
]);

/** Words followed by a value that is part of a match, as the reader of that value. */
const PARTS: ReadonlyMap<string, (fields: Record<string, unknown>, value: string) => void> =
  new Map([
    ['from', (fields, value) => splitAt(fields, value, '/', ['src', 'srclen'])],
    ['to', (fields, value) => splitAt(fields, value, '/', ['dst', 'dstlen'])],
    ['fwmark', (fields, value) => splitAt(fields, value, '/', ['fwmark', 'fwmask'])],
    ['dscp', (fields, value) => splitAt(fields, value, '/', ['dscp', 'dscp_mask'])],
    ['flowlabel', (fields, value) => splitAt(fields, value, '/', ['flowlabel', 'flowlabel_mask'])],
    ['uidrange', (fields, value) => splitAt(fields, value, '-', ['uid_start', 'uid_end'])],
    ['sport', (fields, value) => splitPorts(fields, value, 'sport')],
    ['dport', (fields, value) => splitPorts(fields, value, 'dport')],
  ]);

/** Puts the words at `at` into `fields` and says how many they were, or why it cannot. */
function takeWord(
  fields: Record<string, unknown>,
  words: readonly string[],
  at: number,
): number | string {
  const word = words[at] ?? '';
  const flag = FLAGS.get(word);
  if (flag !== undefined) {
    fields[flag] = null;
    return 1;
  }
  if (word === '[detached]') {
    fields[words[at - 2] === 'oif' ? 'oif_detached' : 'iif_detached'] = null;
    return 1;
  }
  if (word === 'lookup' || word === 'table') return takeTable(fields, words, at);
  if (/^(?:blackhole|unreachable|prohibit|[678])$/.test(word)) {
    fields['action'] = word;
    return 1;
  }
  const value = words[at + 1];
  if (value === undefined) return `unknown word "${word}"`;
  const key = VALUES.get(word);
  if (key !== undefined) fields[key] = value;
  else if (PARTS.has(word)) PARTS.get(word)?.(fields, value);
  else if (word !== 'realms') return `unknown word "${word}"`;
  return 2;
}

/**
 * `lookup NAME`, and what BusyBox makes of a rule without a table: it prints `lookup unspec` and
 * the action under the name that a route type of the same number has.
 */
function takeTable(
  fields: Record<string, unknown>,
  words: readonly string[],
  at: number,
): number | string {
  const name = words[at + 1];
  if (name === undefined) return 'no table after "lookup"';
  if (name === '[l3mdev-table]') {
    fields['l3mdev'] = null;
    return 2;
  }
  fields['table'] = name;
  if (name !== 'unspec') return 2;
  const action = words[at + 2];
  if (action === undefined) fields['l3mdev'] = null;
  else if (action === 'broadcast') fields['nop'] = null;
  else if (action === 'local') return 'BusyBox does not print where this "goto" leads';
  else fields['action'] = action;
  return 3;
}

function splitAt(
  fields: Record<string, unknown>,
  value: string,
  separator: string,
  [first, second]: readonly [string, string],
): void {
  const at = value.indexOf(separator);
  fields[first] = at < 0 ? value : value.slice(0, at);
  if (at >= 0) fields[second] = value.slice(at + 1);
}

function splitPorts(fields: Record<string, unknown>, value: string, key: string): void {
  const [range = '', mask] = value.split('/');
  if (range.includes('-')) splitAt(fields, range, '-', [`${key}_start`, `${key}_end`]);
  else fields[key] = range;
  if (mask !== undefined) fields[`${key}_mask`] = mask;
}
