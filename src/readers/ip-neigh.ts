import type { Neighbour } from '../model/network.ts';
import { addressOf, type Fields, isFields, textOf, textsOf } from './fields.ts';
import { type Items, jsonItems, lineItems, looksLikeJson } from './items.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/** Reads what `ip neigh` prints, in JSON (`-j`) or in text. Proxy entries are no neighbours. */
export function readIpNeighbours(text: string): Reading<Neighbour[]> {
  const items = looksLikeJson(text) ? jsonItems(text) : neighbourLines(text);
  const neighbours: Neighbour[] = [];
  items.values.forEach((value, index) => {
    if (isFields(value) && 'proxy' in value) return;
    const neighbour = isFields(value) ? neighbourOf(value) : 'expected an object';
    if (typeof neighbour === 'string') items.complain(index, neighbour);
    else neighbours.push(neighbour);
  });
  return reading(neighbours, items.log);
}

function neighbourOf(fields: Fields): Neighbour | string {
  const address = addressOf(textOf(fields['dst']) ?? '');
  if (address === undefined) return `unreadable address "${String(fields['dst'])}"`;
  const dev = textOf(fields['dev']);
  if (dev === undefined) return 'no device';
  const neighbour: Neighbour = { address, dev, state: [...textsOf(fields['state'])] };
  const mac = textOf(fields['lladdr']);
  if (mac !== undefined) neighbour.mac = mac;
  if ('router' in fields) neighbour.router = true;
  return neighbour;
}

function neighbourLines(text: string): Items {
  const log = problemLog();
  const values: Fields[] = [];
  const lines: { line: number; text: string }[] = [];
  text.split('\n').forEach((whole, at) => {
    if (whole.trim() === '') return;
    const fields = neighbourLine(whole.trim().split(/\s+/));
    if (typeof fields === 'string') log.add(at + 1, whole, fields);
    else {
      values.push(fields);
      lines.push({ line: at + 1, text: whole });
    }
  });
  return lineItems(values, lines, log);
}

const FLAGS = new Set(['router', 'proxy', 'extern_learn', 'extern_valid', 'offload', 'managed']);
const VALUES: ReadonlyMap<string, string> = new Map([
  ['dev', 'dev'],
  ['lladdr', 'lladdr'],
]);
/** Words of `-s` and of BusyBox, each with one value. */
const PASSED_OVER = new Set(['used', 'probes', 'ref', 'nomaster', 'master', 'proto', 'protocol']);

function neighbourLine(words: readonly string[]): Fields | string {
  const fields: Record<string, unknown> = { dst: words[0] };
  const states: string[] = [];
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? '';
    const key = VALUES.get(word);
    if (key !== undefined) fields[key] = words[++at];
    else if (FLAGS.has(word)) fields[word] = null;
    else if (PASSED_OVER.has(word)) at += 1;
    else if (/^[A-Z]+$/.test(word)) states.push(word);
    else return `unknown word "${word}"`;
  }
  fields['state'] = states;
  return fields;
}
