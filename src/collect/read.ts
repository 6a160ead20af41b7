import { type Fact, missing, seen } from '../model/fact.ts';
import type { Reading } from '../readers/reading.ts';
import type { SectionAnswer } from './section.ts';

/** What could be made of a section, and what its form or its broken lines hide. */
export interface Read<T> {
  readonly fact: Fact<T>;
  /** Each completes "does not show …", or tells of a line that was not understood. */
  readonly lacks: readonly string[];
}

/** timeout(1) ends with 124, or 137 where it had to kill; BusyBox passes on 143. */
const TIMED_OUT = [124, 137, 143];
/** Not there, or there and not to be run. */
const NOT_RUN = [126, 127];
const SHOWN_PROBLEMS = 3;
const SHOWN_CHARACTERS = 200;

/**
 * Turns what a section printed into a fact, or into the reason there is none.
 *
 * @param typed The command, as a person would type it on that host.
 * @param reader Turns the text into a value; never throws.
 */
export function readSection<T>(
  answer: SectionAnswer,
  typed: string,
  reader: (stdout: string) => Reading<T>,
): Read<T> {
  const failure = failureOf(answer, typed);
  if (failure || answer.is === 'unread') {
    return { fact: failure ?? missing(`${typed}: not read`), lacks: [] };
  }
  const { value, problems, lacks = [] } = reader(answer.stdout);
  const broken = problems
    .slice(0, SHOWN_PROBLEMS)
    .map(({ line, text, why }) => `line ${line} "${text}": ${why}`);
  if (broken.length > 0 && isEmpty(value)) {
    return { fact: missing(`${typed}: not understood: ${broken.join('; ')}`), lacks: [] };
  }
  return { fact: seen(value, typed, answer.readAtUnixMs), lacks: [...lacks, ...broken] };
}

/** Why a section gives no fact; `undefined` if it printed something, or nothing without an error. */
export function failureOf(answer: SectionAnswer, typed: string): Fact<never> | undefined {
  if (answer.is === 'unread') return missing(`${typed}: ${answer.why}`, answer.next);
  const { exitCode, stdout, stderr } = answer;
  if (TIMED_OUT.includes(exitCode)) {
    return missing(`${typed}: did not end in time`, `run it by hand: ${typed}`);
  }
  if (exitCode === 0 || stdout.trim() !== '') return undefined;
  const words = lastLine(stderr);
  if (NOT_RUN.includes(exitCode)) {
    return missing(
      `${typed}: ${words || 'the program is not there'}`,
      `install ${typed.split(' ')[0]} there`,
    );
  }
  if (/permission denied|not permitted|must be root/i.test(stderr)) {
    return missing(`${typed}: needs root: ${words}`, 'look as root, or with --sudo');
  }
  return missing(`${typed}: ${words || `exit code ${exitCode}`}`, `run it by hand: ${typed}`);
}

/** Whether the command itself ran to its end, so that its errors are what it found out. */
export function ranToItsEnd(answer: SectionAnswer): boolean {
  if (answer.is === 'unread') return false;
  return !NOT_RUN.includes(answer.exitCode) && !TIMED_OUT.includes(answer.exitCode);
}

function lastLine(text: string): string {
  const [last = ''] = text.trim().split('\n').slice(-1);
  return last.slice(0, SHOWN_CHARACTERS);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === 'unknown';
}
