/** What of an answer that went through a terminal and a clipboard has come through. */
export type PasteReading =
  | { readonly is: 'whole'; readonly tag: string; readonly payload: string }
  | { readonly is: 'broken'; readonly why: string; readonly next: string };

/** Characters of base64 in a line: with all around it 72, so that no terminal has to wrap it. */
export const PASTE_LINE_LENGTH = 48;
/** One line of an answer: `TAG0007/0123.BASE64.CHECKSUM`. */
const LINE = /(rp[a-z0-9]{6})(\d{4})\/(\d{4})\.([A-Za-z0-9+/=]{1,48})\.(\d{4})/g;
/** Colours and movements of the cursor, after any control character that is no white space. */
const ESCAPES = /(?!\s)\p{Cc}\[[0-9;?]*[ -/]*[@-~]/gu;

interface Heard {
  readonly parts: Map<number, string>;
  /** Line counts that were named, and how often: one of them may be damaged. */
  readonly totals: Map<number, number>;
}

/**
 * Finds an answer in what a person copied out of a terminal: prompts, the command itself, lines
 * twice, wrapped at any width, with CR LF or with colours. Every line says which one it is, of how
 * many, and has a checksum.
 *
 * @param tag Of the question; without it the last question that the text answers.
 * @returns The base64 of the whole, or which lines are missing.
 */
export function readPaste(text: string, tag?: string): PasteReading {
  const answers = heardIn(text.replace(ESCAPES, '').replace(/[\s\p{Cc}]+/gu, ''));
  const [last] = [...answers.keys()].slice(-1);
  const asked = tag ?? last;
  const heard = asked === undefined ? undefined : answers.get(asked);
  if (!heard || asked === undefined) return nothing(last);
  const total = mostNamed(heard.totals);
  const numbers = Array.from({ length: total }, (_, at) => at + 1);
  const missing = numbers.filter((number) => !heard.parts.has(number));
  if (missing.length > 0) {
    return {
      is: 'broken',
      why: `of its ${total} lines, ${ranges(missing)} ${missing.length === 1 ? 'is' : 'are'} missing or damaged`,
      next: 'copy the whole answer once more; what is there already may stay in the file',
    };
  }
  const payload = numbers.map((number) => heard.parts.get(number) ?? '').join('');
  return { is: 'whole', tag: asked, payload };
}

function heardIn(text: string): Map<string, Heard> {
  const answers = new Map<string, Heard>();
  for (const [, tag = '', number, total, data = '', checksum] of text.matchAll(LINE)) {
    const heard = answers.get(tag) ?? { parts: new Map(), totals: new Map() };
    if (pasteChecksum(Number(number), data) !== Number(checksum)) continue;
    heard.parts.set(Number(number), data);
    heard.totals.set(Number(total), (heard.totals.get(Number(total)) ?? 0) + 1);
    // the last tag is the one that came last
    answers.delete(tag);
    answers.set(tag, heard);
  }
  return answers;
}

/** As the far side computes it, see {@link pasteCode} of `collect/paste`. */
export function pasteChecksum(number: number, data: string): number {
  let sum = number;
  for (const letter of data) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return sum;
}

function mostNamed(totals: ReadonlyMap<number, number>): number {
  const [[total = 0] = []] = [...totals].toSorted(([, a], [, b]) => b - a);
  return total;
}

/** `3, 7-9 and 120`. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  const words = runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const shown = words.length > 8 ? [...words.slice(0, 8), 'others'] : words;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

function nothing(other: string | undefined): PasteReading {
  return other === undefined
    ? {
        is: 'broken',
        why: 'it holds no answer: no line begins with rp, six characters, and a number',
        next: 'run the line in the shell of the NAS, and copy all that it prints',
      }
    : {
        is: 'broken',
        why: `it answers another question (${other})`,
        next: 'run the line that was printed last',
      };
}
