import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/**
 * How a script gets through a terminal and its output back.
 *
 * A terminal echoes what is typed, ends lines by CR LF, and the shell behind it edits lines and
 * prints prompts. So one short line is typed, which switches the echo off and reads the rest; all
 * that follows is base64 in short lines, both ways. What is printed stands between marks that are
 * never typed in one piece.
 */
export interface ShellCode {
  /** Begins every line that counts. */
  readonly mark: string;
  /** Printed when the far shell waits for {@link lines}. */
  readonly ready: string;
  /** The one line that is typed in clear. */
  readonly typed: string;
  /** Sent once it is ready. */
  readonly lines: string;
}

/** BusyBox edits lines of at most 1024 characters, and a terminal takes 4096 at once. */
const LINE_LENGTH = 200;
/** Bytes of standard error that are kept: the last ones tell why something ended. */
const STDERR_BYTES = 4000;

export function shellCode(script: string): ShellCode {
  const mark = `rp${randomBytes(9).toString('hex')}`;
  const ready = `${mark}?`;
  const half = mark.length / 2;
  const [first, second] = [ready.slice(0, half), ready.slice(half)];
  const packed = base64(programOf(script, mark));
  return {
    mark,
    ready,
    typed: `stty -echo 2>/dev/null;printf '%s%s\\n' '${first}' '${second}';s=;while read -r l;do [ "$l" = . ]&&break;s=$s$l;done;eval "$(printf %s "$s"|base64 -d)"\n`,
    lines: `${(packed.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []).join('\n')}\n.\n`,
  };
}

/**
 * Each piece of output is told as it comes (dd gives what there is): `MARK+`, lines of base64,
 * `MARK.`. At the end `MARK<`, the exit code, standard error in base64, `MARK>`.
 */
function programOf(script: string, mark: string): string {
  return `p=$(printf %s '${base64(script)}' | base64 -d)
exec 7>&1
e=$(exec 9>&1
{ { sh -c "$p" </dev/null 2>&8 7>&- 8>&- 9>&-; echo "$?" >&9; } | while x=$(dd bs=4096 count=1 2>/dev/null | base64) && [ -n "$x" ]; do
printf '%s+\\n%s\\n%s.\\n' ${mark} "$x" ${mark} >&7
done 9>&-; } 8>&1 | tail -c ${STDERR_BYTES} 9>&- | base64 9>&-)
printf '%s<\\n%s\\n%s>\\n' ${mark} "$e" ${mark}
exit
`;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
