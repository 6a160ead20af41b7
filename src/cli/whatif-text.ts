import { readIpv4, readIpv6, writeIpv4, writeIpv6 } from '../model/address.ts';
import { familyOf } from '../model/prefix.ts';
import { prefixText, tableText } from '../model/text.ts';
import type { Answer, Decision } from '../routing/decision.ts';
import type { ChangedRange } from '../routing/whatif.ts';
import { printable } from './trace-text.ts';

/** More lines than anybody reads; the JSON has them all. */
const MOST_LINES = 200;

/** The changed destinations as prefixes, each with the way before and after. */
export function changesText(changes: readonly ChangedRange[]): string {
  if (changes.length === 0) return printable(['no destination takes another way']);
  const shown = changes
    .slice(0, MOST_LINES)
    .flatMap((change) => [
      rangeText(change),
      `  before  ${decisionText(change.before)}`,
      `  after   ${decisionText(change.after)}`,
    ]);
  const left = changes.length - MOST_LINES;
  return printable([...shown, ...(left > 0 ? [`and ${left} more ranges: -o json shows all`] : [])]);
}

function rangeText({ first, last }: ChangedRange): string {
  const prefixes = prefixesOf(first, last);
  const named = prefixes.length <= 4 ? prefixes.map(prefixText).join(' ') : `${first} to ${last}`;
  return named === 'default' ? 'every destination' : named;
}

function decisionText({ answers, dependsOn }: Decision): string {
  const ways = answers.map(answerText).join(' or ');
  return dependsOn.length > 0 ? `${ways} (depends on ${dependsOn.join(', ')})` : ways;
}

function answerText(answer: Answer): string {
  const rule = answer.rule ? `rule ${answer.rule.priority}, ` : '';
  const route = answer.route ? `${prefixText(answer.route.prefix)} in ` : '';
  const table =
    answer.table === undefined ? 'no route' : `${route}table ${tableText(answer.table)}`;
  if (answer.is === 'error') return `${answer.errno}: ${rule}${table}`;
  const via = answer.gateway === undefined ? '' : ` via ${answer.gateway}`;
  const source = answer.source === undefined ? '' : ` from ${answer.source}`;
  const own = answer.type === 'local' ? 'this host' : `${answer.device}${via}`;
  return `${own}${source}: ${rule}${table}`;
}

/** The fewest prefixes that make up a range of addresses, both ends included. */
export function prefixesOf(first: string, last: string): string[] {
  const family = familyOf(first);
  const bits = family === 'ipv4' ? 32n : 128n;
  const end = numberOf(last);
  const prefixes: string[] = [];
  for (let at = numberOf(first); at <= end; ) {
    let size = 1n;
    let length = bits;
    while (length > 0n && at % (size * 2n) === 0n && at + size * 2n - 1n <= end) {
      size *= 2n;
      length -= 1n;
    }
    prefixes.push(`${addressOf(at, bits)}/${length}`);
    at += size;
  }
  return prefixes;
}

function numberOf(address: string): bigint {
  const words = familyOf(address) === 'ipv4' ? [readIpv4(address)] : (readIpv6(address) ?? []);
  let number = 0n;
  for (const word of words) number = (number << 32n) | BigInt(word);
  return number;
}

function addressOf(number: bigint, bits: bigint): string {
  const word = (shift: bigint) => Number((number >> shift) & 0xffffffffn);
  return bits === 32n
    ? writeIpv4(word(0n))
    : writeIpv6([word(96n), word(64n), word(32n), word(0n)]);
}
