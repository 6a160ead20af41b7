import { type LocalTable, type Route, TABLE } from '../model/network.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/**
 * Tells from `/proc/net/fib_triestat` whether the IPv4 local and main tables still share one trie.
 *
 * While they do, the kernel prints that one trie twice, as `Main:` and as `Local:`. Two tries of
 * the same size look the same, so the number of IPv4 routes decides where it is given.
 * Source: Linux net/ipv4/fib_trie.c, fib_triestat_seq_show().
 *
 * @param routes The IPv4 routes of all tables, read at the same time.
 */
export function readFibTriestat(text: string, routes?: readonly Route[]): Reading<LocalTable> {
  const log = problemLog();
  const main = blockOf(text, 'Main');
  const local = blockOf(text, 'Local');
  if (!main || !local) {
    log.add(1, text.split('\n')[0] ?? '', `no block "${main ? 'Local' : 'Main'}:"`);
    return reading('unknown', log);
  }
  if (main.join('\n') !== local.join('\n')) return reading('split', log);
  const prefixes = prefixesOf(main);
  if (!routes || prefixes === undefined) return reading('merged', log);
  const count = (table: number) => routes.filter((route) => route.table === table).length;
  const inMain = count(TABLE.main);
  const inLocal = count(TABLE.local);
  if (prefixes === inMain + inLocal) return reading(inLocal > 0 ? 'merged' : 'unknown', log);
  return reading(prefixes === inMain ? 'split' : 'unknown', log);
}

/** The lines below `NAME:`, up to the next name. */
function blockOf(text: string, name: string): readonly string[] | undefined {
  const lines = text.split('\n');
  const start = lines.indexOf(`${name}:`);
  if (start < 0) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => /^\S.*:$/.test(line));
  const block = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  return block.filter((line) => line.trim() !== '');
}

function prefixesOf(block: readonly string[]): number | undefined {
  const line = block.find((text) => /^\s*Prefixes:/.test(text));
  const digits = line === undefined ? undefined : /(\d+)\s*$/.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
