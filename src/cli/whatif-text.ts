import { prefixText, tableText } from '../model/text.ts';
import type { Answer, Decision } from '../routing/decision.ts';
import type { ChangedRange } from '../routing/whatif.ts';
import { prefixesOf } from '../routing/whatif-prefixes.ts';
import { printable } from './trace-text.ts';

/** More ranges than anybody reads; the JSON has them all. */
const MOST_RANGES = 100;

/**
 * The changed destinations as prefixes, each with the way before and after: first those that really
 * go elsewhere, then those that keep their way but get it from another rule or route.
 */
export function changesText(changes: readonly ChangedRange[]): string {
  if (changes.length === 0) return printable(['no destination is decided differently']);
  const shown = changes.slice(0, MOST_RANGES);
  const moved = shown.filter(({ before, after }) => wayOf(before) !== wayOf(after));
  const kept = shown.filter(({ before, after }) => wayOf(before) === wayOf(after));
  const left = changes.length - shown.length;
  return printable([
    ...(moved.length > 0 ? ['take another way:', ...moved.flatMap(rangeLines)] : []),
    ...(kept.length > 0
      ? ['keep their way, decided by another rule or route:', ...kept.flatMap(rangeLines)]
      : []),
    ...(left > 0 ? [`and ${left} more ranges: -o json shows all`] : []),
  ]);
}

/** What a packet notices of a decision. */
function wayOf({ answers }: Decision): string {
  return answers
    .map((answer) =>
      answer.is === 'error'
        ? answer.errno
        : `${answer.type} ${answer.device} ${answer.gateway} ${answer.source}`,
    )
    .sort()
    .join(' or ');
}

function rangeLines(change: ChangedRange): readonly string[] {
  return [
    `  ${rangeText(change)}`,
    `    before  ${decisionText(change.before)}`,
    `    after   ${decisionText(change.after)}`,
  ];
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
