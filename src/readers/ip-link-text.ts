import type { ProblemLog } from './reading.ts';

/** The lines that `ip link` or `ip addr` prints for one device. */
export interface DeviceBlock {
  readonly index: number;
  readonly name: string;
  /** What follows the name on the first line. */
  readonly head: string;
  readonly headLine: number;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

/**
 * Splits the text of `ip link` or `ip addr` by device. With `-o` each line names its device and a
 * backslash stands for the line break.
 */
export function deviceBlocks(text: string, log: ProblemLog): readonly DeviceBlock[] {
  const blocks: (DeviceBlock & { lines: { line: number; text: string }[] })[] = [];
  text.split('\n').forEach((whole, at) => {
    if (whole.trim() === '') return;
    const [first = '', ...spilled] = whole.split(/\\\s+/);
    const line = at + 1;
    const head = /^(\d+):\s+(\S+?)(?:@\S+?)?:?\s+(.*)$/.exec(first);
    if (head) {
      const [, index = '', name = '', rest = ''] = head;
      const isAddress = /^inet6?\s/.test(rest);
      const lines = isAddress ? [{ line, text: rest }] : [];
      blocks.push({
        index: Number(index),
        name,
        head: isAddress ? '' : rest,
        headLine: line,
        lines,
      });
    } else if (/^\s/.test(first) && blocks.length > 0)
      blocks.at(-1)?.lines.push({ line, text: first });
    else log.add(line, whole, 'expected "INDEX: DEVICE: …"');
    for (const part of spilled) blocks.at(-1)?.lines.push({ line, text: part });
  });
  return blocks;
}
