import type { Checklist, ChecklistLine } from '../model/checklist.ts';
import { clockTime } from './clock-time.ts';

const MARK = { ok: 'ok', bad: 'BAD', unknown: '?' } as const;
const WORD = { ok: 'WELL', bad: 'NOT WELL', unknown: 'CANNOT TELL' } as const;

/** One line for each thing that was checked, and its evidence. */
export function checklistText({ is, lines }: Checklist): string {
  const width = Math.max(0, ...lines.map(({ what }) => what.length));
  const rows = lines.map(
    (line) => ` ${MARK[line.is].padEnd(4)} ${line.what.padEnd(width)}   ${line.evidence}`,
  );
  const count = (wanted: ChecklistLine['is']) => lines.filter((line) => line.is === wanted).length;
  const head = `${WORD[is]}  ${count('ok')} of ${lines.length} as they should be${count('bad') > 0 ? `, ${count('bad')} not` : ''}${count('unknown') > 0 ? `, ${count('unknown')} not seen` : ''}`;
  return `${[head, ...rows].join('\n')}\n`;
}

/** The same for the write-up of an incident. */
export function checklistMarkdown({ lines }: Checklist, utcOffsetMinutes: number): string {
  return lines
    .map(({ is, what, evidence, atUnixMs }) => {
      const box = is === 'ok' ? '[x]' : '[ ]';
      const note = is === 'ok' ? '' : is === 'bad' ? ' **not so**' : ' (not seen)';
      const time = atUnixMs === undefined ? '' : ` (${clockTime(atUnixMs, utcOffsetMinutes)})`;
      return `- ${box} ${what}${note}: \`${evidence.replaceAll('`', "'")}\`${time}`;
    })
    .join('\n');
}
