import type { Change } from '../model/plan.ts';
import { MORE_PATH } from '../model/shell-text.ts';
import type { Direction } from './hand.ts';

type ShellChange = Extract<Change, { kind: 'shell' }>;

const HEAD = `LC_ALL=C PATH=$PATH:${MORE_PATH}
export LC_ALL PATH`;

const WRITE = `if e=$(rp_write </dev/null 2>&1); then :; else echo "rp-failed:$(printf %s "$e" | tr '\\n' ' ')"; fi`;
const TOO_LATE = "echo 'rp-failed:the timer that takes it back was over before it was begun'";

/** Reads the value and prints it behind a mark, so that a banner or a prompt is no value. */
export function readingScript({ reads }: Pick<ShellChange, 'reads'>): string {
  return `{
${HEAD}
rp_read() {
${reads}
}
v=$(rp_read </dev/null) && echo "rp-found:$v"
}
`;
}

/**
 * Looks and writes in one go, so that hardly any time is left in which somebody else could change
 * it in between. One compound command: cut off on its way it does nothing.
 *
 * @param onlyIf Shell without whose consent nothing is written.
 */
export function writingScript(change: ShellChange, direction: Direction, onlyIf?: string): string {
  const [start, code] =
    direction === 'do' ? [change.from, change.does] : [change.to, change.undoes];
  return `{
${HEAD}
rp_read() {
${change.reads}
}
rp_write() {
${code}
}
if v=$(rp_read </dev/null); then
echo "rp-found:$v"
if [ "$v" = '${start.replaceAll("'", `'\\''`)}' ]; then
${onlyIf === undefined ? WRITE : `if { ${onlyIf}; }; then\n${WRITE}\nelse ${TOO_LATE}; fi`}
v=$(rp_read </dev/null) && echo "rp-now:$v"
fi
fi
}
`;
}

/** The value behind a mark, if it was printed. */
export function marked(stdout: string, mark: 'found' | 'failed' | 'now'): string | undefined {
  return new RegExp(`(?:^|\\n)rp-${mark}:([^\\r\\n]*)`).exec(stdout)?.[1]?.trim();
}
