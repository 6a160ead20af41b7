import type { JournalEntry } from '../model/run.ts';
import { standOf } from '../model/run.ts';
import { clockTime, dateTime } from './clock-time.ts';
import { printable } from './printable.ts';

/** One line for a list of runs. */
export function runLine(
  id: string,
  entries: readonly JournalEntry[],
  utcOffsetMinutes: number,
): string {
  const [first] = entries;
  if (first?.is !== 'planned') return `${id}  nothing was done`;
  const { plan, steps, outcome } = standOf(entries);
  const words = { applied: 'applied', undone: 'taken back', unfinished: 'UNFINISHED' }[outcome];
  const done = [...steps.values()].filter((stand) => stand === 'done').length;
  return `${id}  ${dateTime(first.at, utcOffsetMinutes)}  ${words.padEnd(10)}  ${plan.fix}  ${done} of ${steps.size} steps done`;
}

/** What was done, line by line, for people and for the write-up of an incident. */
export function timeline(entries: readonly JournalEntry[], utcOffsetMinutes: number): string[] {
  return entries.flatMap((entry) => {
    const words = wordsOf(entry);
    return words === undefined
      ? []
      : [printable(`${clockTime(entry.at, utcOffsetMinutes)}  ${words}`)];
  });
}

function wordsOf(entry: JournalEntry): string | undefined {
  switch (entry.is) {
    case 'planned':
      return `planned ${entry.plan.fix} for: ${entry.plan.diagnosis.summary}`;
    case 'skipped':
      return entry.found === 'told'
        ? `${entry.step}: for a person to do`
        : `${entry.step}: nothing to do, it was so already (${entry.found})`;
    case 'begin':
      return `${entry.step}: begun; to take it back: ${entry.undoes.split('\n')[0]}`;
    case 'written':
      return undefined;
    case 'checked':
      return `${entry.step}: ${entry.ok ? 'checked' : 'CHECK FAILED'}${entry.lines.length > 0 ? `: ${entry.lines.join('; ')}` : ''}`;
    case 'done':
      return `${entry.step}: done`;
    case 'failed':
      return `${entry.step}: failed: ${entry.why}`;
    case 'undo':
      return undefined;
    case 'undone':
      return `${entry.step}: taken back`;
    case 'left':
      return `${entry.step}: could not be taken back: ${entry.why}`;
    case 'verified':
      return `verified: ${entry.ok ? 'all is well' : 'NOT well'}`;
    case 'end':
      return `ended: ${entry.outcome} (${entry.why})`;
  }
}
