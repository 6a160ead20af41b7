import { OutsideError } from '../../model/outside-error.ts';
import type { ShellAnswer, ShellOptions, Vantage } from '../../ports/vantage.ts';
import { readPasted } from './read-pasted.ts';

/** First word of an answer: then when the question was printed, its nonce, and the host's clock. */
export const ISSUED_WORD = 'issued';

/** Two clocks that are set by the network differ by less. */
const CLOCK_SLACK_MS = 2000;

/** Sections of the recorded look, framed by the nonce of the question, by id or by code. */
type Recorded = ReadonlyMap<string, string>;

/**
 * A host as it answered the line of `returnpath ask nas`: scripts get the sections that were
 * recorded, in their own frames. What was not asked then is not there now.
 *
 * @param text What a person copied out of a terminal.
 * @param nowUnixMs When the text was read here; the answer is not newer.
 * @throws {OutsideError} If it holds no whole answer.
 */
export async function pasteVantage(
  text: string,
  {
    url,
    hostId,
    nowUnixMs,
  }: { readonly url: string; readonly hostId: string; readonly nowUnixMs: number },
): Promise<Vantage> {
  const doing = `read the answer in "${url.replace(/^paste:/, '')}"`;
  const pasted = await readPasted(text);
  if (pasted.is === 'broken') {
    throw new OutsideError({ doing, found: pasted.why, next: pasted.next });
  }
  const [, issued, nonce, clock] =
    new RegExp(`^${ISSUED_WORD} (\\d+) ([0-9a-f]+) ?(\\d*)$`, 'm').exec(pasted.output) ?? [];
  if (nonce === undefined) {
    const found = 'it is the answer to another line than that of: returnpath ask nas';
    throw new OutsideError({ doing, found, next: 'returnpath ask nas' });
  }
  const recorded = sectionsOf(pasted.output, nonce);
  return {
    url,
    hostId,
    addresses: [],
    readAtUnixMs: readAt(Number(issued), Number(clock) * 1000 + 500, nowUnixMs),
    sh: (script, options) => Promise.resolve(replay(script, recorded, { nonce, options })),
    close: () => Promise.resolve(),
  };
}

/**
 * The host's own clock, where it can be right: not before the question, not after now. Where it is
 * wrong the answer may be as old as the question.
 */
function readAt(issuedUnixMs: number, clockUnixMs: number, nowUnixMs: number): number {
  const canBeRight =
    clockUnixMs >= issuedUnixMs - CLOCK_SLACK_MS && clockUnixMs <= nowUnixMs + CLOCK_SLACK_MS;
  if (!canBeRight) return issuedUnixMs;
  return Math.min(nowUnixMs, Math.max(issuedUnixMs, clockUnixMs));
}

/** `NONCE>ID` begins a section, `NONCE<` ends it. */
function sectionsOf(output: string, nonce: string): Recorded {
  const sections = new Map<string, string>();
  const begin = `\n${nonce}>`;
  const end = `\n${nonce}<\n`;
  for (let at = output.indexOf(begin); at >= 0; at = output.indexOf(begin, at + 1)) {
    const idEnd = output.indexOf('\n', at + begin.length);
    const last = output.indexOf(end, idEnd);
    if (idEnd < 0 || last < 0) break;
    sections.set(output.slice(at + begin.length, idEnd), output.slice(idEnd, last));
  }
  return sections;
}

/** `s ID 'CODE'` of `scriptOf`, each a word of the shell. */
const SECTION = /^s ([^\s']+|'(?:[^']|'\\'')*') ([^\s']+|'(?:[^']|'\\'')*')$/gm;

function replay(
  script: string,
  recorded: Recorded,
  { nonce, options }: { readonly nonce: string; readonly options: ShellOptions },
): ShellAnswer {
  const own = /^n=(\w+)$/m.exec(script)?.[1] ?? '';
  const frames: string[] = [];
  for (const [, idWord = '', codeWord = ''] of script.matchAll(SECTION)) {
    const [id, code] = [unquoted(idWord), unquoted(codeWord)];
    const body = recorded.get(id) ?? recorded.get(code);
    if (id === 'tailscale-end') frames.push(...others(recorded, own, nonce));
    frames.push(
      body === undefined
        ? `\n${own}>${id}\n\n${own}:127 \nthis was not asked in the pasted look\n${own}<\n`
        : `\n${own}>${id}${body.replaceAll(`\n${nonce}:`, `\n${own}:`)}\n${own}<\n`,
    );
  }
  const stdout = frames.join('');
  options.onOutput?.(stdout);
  return { stdout, stderr: '', exitCode: 0, truncated: false };
}

/** Sections that the script made up as it ran, for each tailscaled it found. */
function others(recorded: Recorded, own: string, nonce: string): string[] {
  return [...recorded]
    .filter(([id]) => id.startsWith('tailscale-other:'))
    .map(([id, body]) => `\n${own}>${id}${body.replaceAll(`\n${nonce}:`, `\n${own}:`)}\n${own}<\n`);
}

function unquoted(word: string): string {
  return word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;
}
