import type { ClusterMessage, ObjectRef } from '../../model/cluster-message.ts';
import { mergeMessages, messageOf } from './message.ts';

const KLOG = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+\] /;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s+(.*)$/s;

/**
 * What a container's log says in known shapes, equal lines merged. Lines of no known shape are
 * left out: a log is long, and what is not understood proves nothing.
 *
 * @param text As `kubectl logs` prints it, with or without `--timestamps`.
 */
export function readLog(
  text: string,
  { about, container }: { readonly about: ObjectRef; readonly container?: string | undefined },
): ClusterMessage[] {
  const found = text.split('\n').flatMap((line) => {
    const { body, atUnixMs } = withoutStamp(line);
    const message = messageOf(
      {
        where: 'log',
        about,
        ...(container === undefined ? {} : { container }),
        count: 1,
        ...(atUnixMs === undefined ? {} : { firstUnixMs: atUnixMs, lastUnixMs: atUnixMs }),
      },
      body,
    );
    return message.signatures.length > 0 ? [message] : [];
  });
  return mergeMessages(found);
}

/** Whether a line is of a log at all, as far as its form tells. */
export function looksLikeLog(line: string): boolean {
  return KLOG.test(line) || STAMP.test(line) || /^\{.*"(?:level|message|msg)":/.test(line);
}

function withoutStamp(line: string): { readonly body: string; readonly atUnixMs?: number } {
  const [, stamp, rest = ''] = STAMP.exec(line) ?? [];
  const inside = stamp ?? /"timestamp":"([^"]+)"/.exec(line)?.[1];
  const at = inside === undefined ? Number.NaN : Date.parse(inside);
  const body = (stamp === undefined ? line : rest).replace(KLOG, '');
  return Number.isNaN(at) ? { body } : { body, atUnixMs: at };
}
