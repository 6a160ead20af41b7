import type { Checklist, ChecklistLine } from '../model/checklist.ts';
import { clockTime } from './clock-time.ts';
import { printable } from './printable.ts';

const MARK = { ok: 'ok', bad: 'BAD', unknown: '?', later: 'later' } as const;
const REST = { bad: 'not', unknown: 'not seen', later: 'left for later' } as const;
const WORD = { ok: 'WELL', bad: 'NOT WELL', unknown: 'CANNOT TELL' } as const;

/** One line for each thing that was checked, and its evidence. */
export function checklistText({ is, lines, notHealing = [] }: Checklist): string {
  const width = Math.max(0, ...lines.map(({ what }) => what.length));
  const rows = lines.map(
    (line) => ` ${MARK[line.is].padEnd(5)} ${line.what.padEnd(width)}   ${line.evidence}`,
  );
  const count = (wanted: ChecklistLine['is']) => lines.filter((line) => line.is === wanted).length;
  const rest = Object.entries(REST).flatMap(([kind, words]) => {
    const number = count(kind as ChecklistLine['is']);
    return number > 0 ? [`, ${number} ${words}`] : [];
  });
  const head = `${WORD[is]}  ${count('ok')} of ${lines.length} as they should be${rest.join('')}`;
  const others = notHealing.map((item) => `  -    ${item}`);
  const title = others.length === 0 ? [] : ['does not heal by itself, and was not touched:'];
  return `${[head, ...rows, ...title, ...others].map(printable).join('\n')}\n`;
}

const NOTE = { ok: '', bad: ' **not so**', unknown: ' (not seen)', later: ' (left for later)' };

/** The same for the write-up of an incident. */
export function checklistMarkdown(
  { lines, notHealing = [] }: Checklist,
  utcOffsetMinutes: number,
): string {
  const rows = lines
    .map(({ is, what, evidence, atUnixMs }) => {
      const box = is === 'ok' ? '[x]' : '[ ]';
      const note = NOTE[is];
      const time = atUnixMs === undefined ? '' : ` (${clockTime(atUnixMs, utcOffsetMinutes)})`;
      return `- ${box} ${what}${note}: \`${evidence.replaceAll('`', "'")}\`${time}`;
    })
    .join('\n');
  if (notHealing.length === 0) return rows;
  return [
    rows,
    'Does not heal by itself, and was not touched:',
    notHealing.map((n) => `- ${n}`).join('\n'),
  ].join('\n\n');
}
