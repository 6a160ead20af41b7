import { MORE_PATH, quoted } from '../model/shell-text.ts';

export { quoted };

/**
 * Many commands in one trip: a script of sections, and the reader of what it prints.
 *
 * Everything comes on standard output, so that it also works where only one stream comes back (a
 * pod's log). Each section is framed by lines that begin with a nonce, a word that what is printed
 * on the far side cannot know.
 */

/** One command of a script. */
interface Section {
  readonly id: string;
  /** Shell code; its standard input is empty. Runs in a subshell: it cannot set variables. */
  readonly code: string;
}

/** What a script is made of, in order: sections, and code that runs in the script's own shell. */
export type ScriptPart = Section | { readonly setUp: string };

/** What became of one section. */
export type SectionAnswer =
  | {
      readonly is: 'read';
      readonly id: string;
      readonly stdout: string;
      readonly stderr: string;
      readonly exitCode: number;
      /** Uptime of the host when it ended, in milliseconds, 10 ms fine; absent if it has none. */
      readonly hostUptimeMs?: number | undefined;
      /** On the program's clock. */
      readonly readAtUnixMs: number;
    }
  | { readonly is: 'unread'; readonly id: string; readonly why: string; readonly next?: string };

/** Seconds after which a command that hangs is given up, on hosts that have timeout(1). */
const SECTION_TIMEOUT_S = 4;

// timeout(1) of BusyBox before 1.30 wants its number behind -t; that one is not used.

/**
 * The script, for any POSIX shell. It is one compound command, so that a script cut off on its way
 * does nothing at all. Its sections may use `$t` before a command that could hang.
 *
 * @param nonce From {@link newNonce}.
 */
export function scriptOf(parts: readonly ScriptPart[], nonce: string): string {
  const body = parts.map((part) =>
    'setUp' in part ? part.setUp : `s ${quoted(part.id)} ${quoted(part.code)}`,
  );
  return `{
n=${nonce}
LC_ALL=C PATH=$PATH:${MORE_PATH}
export LC_ALL PATH
t=
if command -v timeout && { ! command -v busybox || timeout ${SECTION_TIMEOUT_S} true; }; then
t='timeout ${SECTION_TIMEOUT_S}'
fi >/dev/null 2>&1
s() {
printf '\\n%s>%s\\n' "$n" "$1"
{ e=$(eval "$2" 2>&1 >&4 4>&-); } 4>&1 </dev/null
r=$? u=
read -r u x 2>/dev/null </proc/uptime
printf '\\n%s:%s %s\\n%s\\n%s<\\n' "$n" "$r" "$u" "$e" "$n"
}
${body.join('\n')}
exit 0
}
`;
}

/**
 * The text without control characters other than line ends and tabs, plain or as escapes of JSON.
 * No command of ours prints them, and on a terminal they could do anything.
 */
export function harmless(text: string): string {
  return text
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .replace(/\\(?:u00(?:[0189][0-9a-f]|7f)|.)/gi, (pair) => (pair.length > 2 ? '' : pair));
}

/** A word for one run that nobody can guess. */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Understands the output of a script as it arrives. */
export interface SectionReader {
  /** Takes the next piece of output; pieces may be cut anywhere. */
  push(text: string): void;
  /** The section that had begun but not ended, if any. */
  unfinished(): string | undefined;
}

/**
 * @param onSection Called with each section as it is complete.
 * @param now For `readAtUnixMs`.
 */
export function sectionReader(
  nonce: string,
  { now, onSection }: { now: () => number; onSection: (answer: SectionAnswer) => void },
): SectionReader {
  const mark = `\n${nonce}`;
  let buffer = '';
  let pieces: string[] = [];
  let id: string | undefined;
  let ended: { stdout: string; words: string } | undefined;

  function take(line: string, before: string): void {
    const words = line.slice(1);
    if (line.startsWith('>')) {
      id = words;
      ended = undefined;
    } else if (line.startsWith(':') && id !== undefined) {
      ended = { stdout: before, words };
    } else if (line === '<' && id !== undefined && ended) {
      const { stdout, words: status } = ended;
      const times = statusOf(status);
      onSection({
        is: 'read',
        id,
        stdout: harmless(stdout),
        stderr: harmless(before),
        readAtUnixMs: now(),
        ...times,
      });
      id = undefined;
    }
  }

  return {
    unfinished: () => id,
    push(text) {
      buffer += text;
      for (;;) {
        const at = buffer.indexOf(mark);
        const lineEnd = at < 0 ? -1 : buffer.indexOf('\n', at + 1);
        if (lineEnd < 0) {
          // all that cannot be the beginning of a mark is put aside, so that a long section is
          // not searched again with every piece that arrives
          const keepFrom = at >= 0 ? at : Math.max(0, buffer.length - mark.length);
          pieces.push(buffer.slice(0, keepFrom));
          buffer = buffer.slice(keepFrom);
          return;
        }
        pieces.push(buffer.slice(0, at));
        take(buffer.slice(at + mark.length, lineEnd), pieces.join(''));
        pieces = [];
        buffer = buffer.slice(lineEnd + 1);
      }
    },
  };
}

function statusOf(words: string): { exitCode: number; hostUptimeMs?: number } {
  const [code, uptime] = words.split(' ');
  const exitCode = Number.parseInt(code ?? '', 10);
  const seconds = Number.parseFloat(uptime ?? '');
  return {
    exitCode: Number.isNaN(exitCode) ? -1 : exitCode,
    ...(Number.isNaN(seconds) ? {} : { hostUptimeMs: Math.round(seconds * 1000) }),
  };
}
